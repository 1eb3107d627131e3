package io.sluice.dataplane.discovery;

import io.sluice.dataplane.snapshot.EntryCompiler;
import io.sluice.dataplane.snapshot.SnapshotProblem;
import io.sluice.proto.resource.Extras;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceCodec;
import io.sluice.proto.resource.TextNode;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state a node serves, as JSON for people: version, problems, resources without secrets. Pure.
 */
final class RunningConfig {
    private RunningConfig() {}

    static String json(
            String node, Optional<SnapshotState> active, List<SnapshotProblem> problems) {
        StringBuilder json = new StringBuilder("{\n\"node\": ");
        json.append(text(node)).append(",\n\"version\": ");
        json.append(
                active.map(
                                state ->
                                        TextNode.of(
                                                        Map.of(
                                                                "epoch", state.version().epoch(),
                                                                "revision",
                                                                        state.version().revision(),
                                                                "digest", state.version().digest()))
                                                .toJson())
                        .orElse("null"));
        json.append(",\n\"problems\": ");
        json.append(TextNode.of(problems.stream().map(RunningConfig::problem).toList()).toJson());
        json.append(",\n\"resources\": [");
        String separator = "\n";
        for (Resource resource :
                active.map(state -> EntryCompiler.resources(state.entries().values()))
                        .orElse(List.of())) {
            json.append(separator).append(ResourceCodec.encodeJson(resource, Extras.NONE));
            separator = ",\n";
        }
        return json.append("]\n}\n").toString();
    }

    private static Map<String, String> problem(SnapshotProblem problem) {
        return Map.of(
                "kind", problem.kind(),
                "name", problem.name(),
                "field", problem.field(),
                "code", problem.code(),
                "message", problem.message());
    }

    private static String text(String value) {
        return TextNode.of(value).toJson();
    }
}
