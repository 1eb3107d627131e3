package io.sluice.proto.resource.rules;

import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.HeaderEdits;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Checks of header fields that rules write. */
final class HeaderRules {
    /** Fields that say how a message is framed or a connection used: the node's own business. */
    private static final Set<String> FRAMING =
            Set.of(
                    "connection",
                    "content-length",
                    "expect",
                    "keep-alive",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    private HeaderRules() {}

    static void edits(HeaderEdits edits, boolean ofRequest, Problems problems) {
        fields(edits.getSetMap(), ofRequest, problems.at("set"));
        fields(edits.getAddMap(), ofRequest, problems.at("add"));
        Problems removes = problems.at("remove");
        List<String> names = edits.getRemoveList();
        Checks.count(names.size(), Limits.HEADER_EDITS_MAX, "fields", removes);
        for (int i = 0; i < names.size(); i++) {
            name(names.get(i), ofRequest, removes.item(i));
        }
        duplicates(names, removes);
    }

    /** Fields to write, by name. */
    static void fields(Map<String, String> fields, boolean ofRequest, Problems problems) {
        Checks.count(fields.size(), Limits.HEADER_EDITS_MAX, "fields", problems);
        fields.forEach(
                (name, value) -> {
                    Problems at = problems.key(name);
                    name(name, ofRequest, at);
                    if (!Checks.isFieldValue(value)) {
                        at.reject(
                                "BAD_HEADER",
                                "the value holds control characters, or spaces at its ends");
                    } else if (value.length() > Limits.HEADER_VALUE_BYTES_MAX) {
                        at.reject(
                                "TOO_LARGE",
                                "the value is longer than "
                                        + Limits.HEADER_VALUE_BYTES_MAX
                                        + " bytes");
                    }
                });
        duplicates(fields.keySet(), problems);
    }

    private static void name(String name, boolean ofRequest, Problems problems) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!Checks.isToken(name)) {
            problems.reject("BAD_HEADER", Checks.quoted(name) + " is not the name of a header");
        } else if (FRAMING.contains(lower)) {
            problems.reject("BAD_HEADER", name + " is set by the node itself");
        } else if (ofRequest && lower.equals("host")) {
            problems.reject("BAD_HEADER", "Host cannot be edited", "use rewrite: { host: NAME }");
        }
    }

    private static void duplicates(Collection<String> names, Problems problems) {
        Map<String, String> seen = new HashMap<>();
        for (String name : names) {
            String before = seen.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
            if (before != null) {
                problems.reject(
                        "DUPLICATE",
                        Checks.quoted(before)
                                + " and "
                                + Checks.quoted(name)
                                + " are the same header");
            }
        }
    }
}
