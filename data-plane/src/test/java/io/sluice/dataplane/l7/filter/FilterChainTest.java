package io.sluice.dataplane.l7.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.net.Failure;
import io.sluice.proto.resource.v1.HeaderEdits;
import io.sluice.proto.resource.v1.Rewrite;
import io.sluice.proto.resource.v1.RouteRule;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FilterChainTest {
    @ParameterizedTest
    @CsvSource({
        "/checkout, /v2, /checkout, /v2",
        "/checkout, /v2, /checkout/x, /v2/x",
        "/checkout, /v2/, /checkout, /v2/",
        "/checkout, /v2/, /checkout/x, /v2/x",
        "/checkout, /, /checkout, /",
        "/checkout, /, /checkout/x, /x",
        "/checkout, /, /checkout/, /",
        "'', /v2, /, /v2/",
        "'', /v2, /x, /v2/x",
    })
    void rewritesThePrefix(String matched, String prefix, String path, String result) {
        RouteRule rule =
                RouteRule.newBuilder().setRewrite(Rewrite.newBuilder().setPrefix(prefix)).build();
        RequestHead head = head(path, "");
        run(FilterCompiler.compile(rule, matched.length()), head);
        assertThat(head.path()).isEqualTo(result);
    }

    @Test
    void rewritesTheHost() {
        RouteRule rule =
                RouteRule.newBuilder().setRewrite(Rewrite.newBuilder().setHost("up:81")).build();
        RequestHead head = head("/", "Host: down");
        run(FilterCompiler.compile(rule, 0), head);
        assertThat(head.fields().valueText(HeaderName.HOST)).isEqualTo("up:81");
        assertThat(head.authority()).isEqualTo("up:81");
        assertThat(head.path()).isEqualTo("/");
    }

    @Test
    void removesThenSetsThenAdds() {
        HeaderEdits edits =
                HeaderEdits.newBuilder()
                        .addRemove("x-a")
                        .addRemove("X-Gone")
                        .putSet("X-A", "1")
                        .putSet("X-B", "2")
                        .putAdd("X-B", "3")
                        .build();
        RouteRule rule =
                RouteRule.newBuilder().setRequestHeaders(edits).setResponseHeaders(edits).build();
        FilterChain chain = FilterCompiler.compile(rule, 0);
        RequestHead request = head("/", "X-Gone: 0");
        run(chain, request);
        assertThat(text(request.fields())).isEqualTo("X-A: 1, X-B: 2, X-B: 3, ");
        ResponseHead response = new ResponseHead();
        response.begin(new byte[256], 0);
        response.fields().add(HeaderName.of("x-b"), Ascii.bytes("old"));
        response.fields().add(HeaderName.of("Server"), Ascii.bytes("s"));
        chain.response(response);
        assertThat(text(response.fields())).isEqualTo("Server: s, X-A: 1, X-B: 2, X-B: 3, ");
    }

    @Test
    void aRuleWithoutFiltersHasAnEmptyChain() {
        assertThat(FilterCompiler.compile(RouteRule.getDefaultInstance(), 3))
                .isSameAs(FilterChain.EMPTY);
    }

    private static void run(FilterChain chain, RequestHead head) {
        for (int i = 0; i < chain.size(); i++) {
            assertThat(chain.at(i).request(head, NEVER)).isEqualTo(HttpFilter.Verdict.CONTINUE);
        }
    }

    private static RequestHead head(String path, String field) {
        RequestHead head = new RequestHead();
        byte[] bytes = Ascii.bytes(path + field);
        head.begin(bytes, bytes.length);
        head.path(0, path.length());
        head.query(path.length(), path.length());
        if (!field.isEmpty()) {
            int name = path.length() + field.indexOf(':');
            head.fields().addReceived(path.length(), name, name + 2, bytes.length, bytes.length);
        }
        return head;
    }

    private static String text(Fields fields) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < fields.size(); i++) {
            if (fields.present(i)) {
                text.append(fields.nameText(i))
                        .append(": ")
                        .append(fields.valueText(i))
                        .append(", ");
            }
        }
        return text.toString();
    }

    private static final HttpFilter.Waiting NEVER =
            new HttpFilter.Waiting() {
                @Override
                public RequestHead head() {
                    throw new AssertionError("no filter here waits");
                }

                @Override
                public void proceed() {
                    throw new AssertionError("no filter here waits");
                }

                @Override
                public void refuse(Failure failure) {
                    throw new AssertionError("no filter here refuses");
                }
            };
}
