package io.sluice.cli.command;

import io.sluice.cli.client.RestException;
import io.sluice.cli.json.Json;
import io.sluice.proto.resource.ResourceKey;

import java.util.List;

/** Change sets as the REST API takes them. */
final class ChangeSets {
    private ChangeSets() {}

    static Json of(String message, List<Json> operations) {
        return Json.object(
                changeSet -> {
                    changeSet.put("message", Json.of(message));
                    changeSet.put("operations", Json.array(operations));
                });
    }

    static Json delete(ResourceKey key) {
        return Json.object(
                operation ->
                        operation.put(
                                "delete",
                                Json.object(
                                        what -> {
                                            what.put("kind", Json.of(key.kind().title()));
                                            what.put("name", Json.of(key.name()));
                                        })));
    }

    static Json upsert(Json resource, String ifMatch) {
        return Json.object(
                operation -> {
                    operation.put("upsert", resource);
                    operation.put("ifMatch", Json.of(ifMatch));
                });
    }

    /** The last line after the problems of a refused change. */
    static String conclusion(RestException.Refused refused, int problems) {
        String what =
                switch (refused.status()) {
                    case 409 -> "the change conflicts with what is stored";
                    case 412 -> "somebody else changed it meanwhile";
                    case 413 -> "the change is too large";
                    case 401, 403 -> "you may not do this";
                    default -> "the change is not valid";
                };
        return what
                + " ("
                + problems
                + (problems == 1 ? " problem" : " problems")
                + "), nothing was stored";
    }
}
