package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.filter.FilterChain;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A sentence of a standard and an exchange over HTTP/1.1 that shows that it holds: what the client
 * sends, what the upstream answers, and what each must see, or must not.
 *
 * <p>Unless said otherwise, the client's connection must serve another request afterwards, which
 * shows as well that no byte was taken for something else.
 */
final class Sentence {
    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final String LAST = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast";
    private static final String LAST_REQUEST =
            "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private final String section;
    private final String text;
    private String request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private String answer = OK;
    private boolean answerEnds;
    private boolean closes;
    private int status = 200;
    private final List<String> forwarded = new ArrayList<>();
    private final List<String> notForwarded = new ArrayList<>();
    private final List<String> returned = new ArrayList<>();
    private final List<String> notReturned = new ArrayList<>();
    private boolean unforwarded;

    private Sentence(String section, String text) {
        this.section = section;
        this.text = text;
    }

    static Sentence of(String section, String text) {
        return new Sentence(section, text);
    }

    /** A GET of HTTP/1.1 with these lines, each ended. */
    Sentence fields(String lines) {
        return request("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n");
    }

    /** What the client sends, all of it. */
    Sentence request(String bytes) {
        request = bytes;
        return this;
    }

    /** What the upstream answers to it, once it has all of it. */
    Sentence answer(String bytes) {
        answer = bytes;
        return this;
    }

    /** The upstream ends its connection behind the answer. */
    Sentence answerEnds() {
        answerEnds = true;
        return this;
    }

    /** What the upstream must see. */
    Sentence forwards(String... parts) {
        forwarded.addAll(List.of(parts));
        return this;
    }

    /** What the upstream must not see, letters of either case. */
    Sentence drops(String... parts) {
        notForwarded.addAll(List.of(parts));
        return this;
    }

    /** What the client must see. */
    Sentence returns(String... parts) {
        returned.addAll(List.of(parts));
        return this;
    }

    /** What the client must not see, letters of either case. */
    Sentence hides(String... parts) {
        notReturned.addAll(List.of(parts));
        return this;
    }

    /** The status of the first response that is not interim; otherwise 200. */
    Sentence status(int code) {
        status = code;
        return this;
    }

    /** The node answers by itself, with that status. */
    Sentence answersItself(int code) {
        unforwarded = true;
        return status(code);
    }

    /** The node closes the connection behind the response. */
    Sentence closes() {
        closes = true;
        return this;
    }

    void holds() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (ScriptedUpstream upstream = new ScriptedUpstream((peer, n) -> serve(peer, seen));
                ProxyFixture proxy = new ProxyFixture(spec());
                RawClient client = proxy.client()) {
            proxy.forwardAll(
                    proxy.cluster("up", upstream.address()),
                    ProxyFixture.TIMEOUTS,
                    FilterChain.EMPTY);
            client.write(request + LAST_REQUEST);
            String got = client.readAll();
            check(got, List.copyOf(seen));
        }
    }

    private static HttpSpec spec() {
        HttpSpec plain = ProxyFixture.spec();
        return new HttpSpec(
                plain.timeouts(),
                new HeadLimits(16 * 1024, 100),
                Long.MAX_VALUE,
                1000,
                Networks.NONE,
                new HttpSpec.Additions(true, true, true, true, true),
                true);
    }

    private void serve(ScriptedUpstream.Peer peer, BlockingQueue<String> seen) throws IOException {
        for (String head = peer.readHead(); !head.isEmpty(); head = peer.readHead()) {
            if (head.startsWith("GET /last ")) {
                seen.add(head);
                peer.write(LAST);
                continue;
            }
            seen.add(head + body(peer, head));
            peer.write(answer);
            if (answerEnds) {
                return;
            }
        }
    }

    private static String body(ScriptedUpstream.Peer peer, String head) throws IOException {
        if (!head.contains("Transfer-Encoding: chunked\r\n")) {
            return peer.read(ScriptedUpstream.contentLength(head));
        }
        // Up to the last chunk, then up to the empty line.
        StringBuilder body = new StringBuilder();
        while (!(body.toString().startsWith("0\r\n") || body.toString().contains("\r\n0\r\n"))
                || !body.toString().endsWith("\r\n\r\n")) {
            body.append(peer.read(1));
        }
        return body.toString();
    }

    private void check(String got, List<String> seen) {
        assertThat(got).as("what the client got").doesNotContain("<RESET>", "<TIMEOUT>");
        assertThat(withoutInterim(got)).as("what the client got").startsWith("HTTP/1.1 " + status);
        check("what the client got", got, returned, notReturned);
        List<String> last =
                seen.stream().filter(request -> request.startsWith("GET /last ")).toList();
        if (closes) {
            assertThat(got).as("what the client got").doesNotEndWith("last");
            assertThat(last).isEmpty();
        } else {
            assertThat(got).as("what the client got").endsWith("last");
        }
        assertThat(seen).hasSize(last.size() + (unforwarded ? 0 : 1));
        if (!unforwarded) {
            check("what went upstream", seen.getFirst(), forwarded, notForwarded);
        }
    }

    private static void check(String what, String text, List<String> parts, List<String> without) {
        for (String part : parts) {
            assertThat(text).as(what).contains(part);
        }
        for (String part : without) {
            assertThat(text).as(what).doesNotContainIgnoringCase(part);
        }
    }

    private static String withoutInterim(String got) {
        String rest = got;
        while (rest.startsWith("HTTP/1.1 1")) {
            rest = rest.substring(rest.indexOf("\r\n\r\n") + 4);
        }
        return rest;
    }

    @Override
    public String toString() {
        return section + " " + text;
    }
}
