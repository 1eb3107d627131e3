package io.sluice.dataplane.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;

import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.Reply;
import io.sluice.proto.resource.v1.Retry;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteRule;

import org.junit.jupiter.api.Test;

class UnknownFieldsTest {
    private static final UnknownFieldSet NEWER =
            UnknownFieldSet.newBuilder()
                    .addField(1000, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                    .build();

    private final Problems problems = Problems.collect();

    @Test
    void findsThemAtAnyDepthAndSaysWhere() {
        RouteRule rule =
                RouteRule.newBuilder()
                        .setReply(Reply.newBuilder().setUnknownFields(NEWER))
                        .setRetry(Retry.newBuilder().addOnValue(99))
                        .build();
        UnknownFields.check(
                RouteConfig.newBuilder()
                        .addRules(RouteRule.getDefaultInstance())
                        .addRules(rule)
                        .setUnknownFields(NEWER)
                        .build(),
                problems);
        assertThat(problems.errors())
                .extracting(problem -> problem.field() + " " + problem.code())
                .containsExactlyInAnyOrder(
                        " UNKNOWN_FIELD",
                        "rules[1].reply UNKNOWN_FIELD",
                        "rules[1].retry.on[0] UNKNOWN_VALUE");
    }

    @Test
    void acceptsWhatIsKnown() {
        UnknownFields.check(
                RouteConfig.newBuilder()
                        .addListeners("edge")
                        .addRules(
                                RouteRule.newBuilder()
                                        .setName("all")
                                        .setReply(
                                                Reply.newBuilder()
                                                        .setStatus(204)
                                                        .putHeaders("x-a", "b")))
                        .build(),
                problems);
        assertThat(problems.errors()).isEmpty();
    }
}
