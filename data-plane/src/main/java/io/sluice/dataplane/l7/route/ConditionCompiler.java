package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.proto.resource.rules.Regexes;
import io.sluice.proto.resource.v1.FieldMatch;
import io.sluice.proto.resource.v1.RouteMatch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Compiles the conditions of a match beside host and path. Pure. */
final class ConditionCompiler {
    private ConditionCompiler() {}

    static Conditions compile(RouteMatch match) {
        List<FieldCondition> fields = new ArrayList<>();
        for (FieldMatch field : match.getHeadersList()) {
            HeaderName name = HeaderName.of(field.getName());
            fields.add(new FieldCondition.Header(name, test(field), wanted(field)));
        }
        for (FieldMatch field : match.getCookiesList()) {
            fields.add(new FieldCondition.Cookie(field.getName(), test(field), wanted(field)));
        }
        for (FieldMatch field : match.getQueryList()) {
            byte[] name = utf8(field.getName());
            fields.add(new FieldCondition.Query(name, test(field), wanted(field)));
        }
        return fields.isEmpty() && match.getMethodsCount() == 0
                ? Conditions.NONE
                : new Conditions(match.getMethodsList(), fields);
    }

    private static ValueTest test(FieldMatch field) {
        return switch (field.getKindCase()) {
            case EXACT -> new ValueTest.Exact(utf8(field.getExact()));
            case PREFIX -> new ValueTest.Prefix(utf8(field.getPrefix()));
            case REGEX -> new ValueTest.Regex(Regexes.compile(field.getRegex()));
            case PRESENT, KIND_NOT_SET -> new ValueTest.Any();
        };
    }

    /** Whether the test shall succeed: not where the condition is inverted, or asks for absence. */
    private static boolean wanted(FieldMatch field) {
        boolean absence = field.getKindCase() == FieldMatch.KindCase.PRESENT && !field.getPresent();
        return absence == field.getInvert();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
