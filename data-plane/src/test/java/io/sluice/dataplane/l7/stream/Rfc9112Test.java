package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * What RFC 9112 (HTTP/1.1) demands of a gateway, sentence by sentence.
 *
 * <p>Deliberately otherwise, since readers differ where the text is generous: blanks before the
 * semicolon of a chunk extension are refused (section 7.1.1), equal Content-Lengths too (section
 * 6.3), and so is an empty Host (section 3.2; no http URI has one, RFC 9110 section 4.2.1). A
 * response whose last coding is not chunked is replaced by 502 (section 6.3): none was asked for.
 */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class Rfc9112Test {
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";
    private static final String CHUNKED_OK = "HTTP/1.1 200 OK\r\n" + CHUNKED;

    static Stream<Sentence> sentences() {
        return Stream.of(
                        messages(),
                        targets(),
                        fields(),
                        requestBodies(),
                        responseBodies(),
                        chunks(),
                        connections())
                .flatMap(each -> each);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sentences")
    void demands(Sentence sentence) throws Exception {
        sentence.holds();
    }

    private static Stream<Sentence> messages() {
        return Stream.of(
                Sentence.of("2.2", "ignores an empty line before the request")
                        .request("\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n")
                        .forwards("GET /x HTTP/1.1\r\n"),
                Sentence.of("2.2", "takes no bare LF for the end of a line of a request")
                        .request("GET / HTTP/1.1\nHost: a\n\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("2.2", "takes no bare LF for the end of a line of a response")
                        .answer("HTTP/1.1 200 OK\nContent-Length: 0\n\n")
                        .status(502),
                Sentence.of("2.2", "takes a bare CR in a request for an error")
                        .fields("A: b\rC: d\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("2.2", "refuses whitespace between the request line and the fields")
                        .request("GET / HTTP/1.1\r\n Host: a\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of(
                                "2.2",
                                "replaces whitespace between the status line and the fields by 502")
                        .answer("HTTP/1.1 200 OK\r\n X: 1\r\nContent-Length: 0\r\n\r\n")
                        .status(502),
                Sentence.of("2.2", "answers what is no HTTP with 400")
                        .request("EHLO shop.example\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("2.3", "knows the name of the protocol in capitals only")
                        .request("GET / http/1.1\r\nHost: a\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("3", "takes one space, and no other blank, for a separator")
                        .request("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("3", "takes request lines of 8000 octets")
                        .request("GET /" + "a".repeat(8_000) + " HTTP/1.1\r\nHost: a\r\n\r\n")
                        .forwards("GET /" + "a".repeat(8_000) + " HTTP/1.1\r\n"),
                Sentence.of("3", "answers a bad request line with 400, not with a redirect")
                        .request("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("3", "answers a target that is too long with 414")
                        .request("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: a\r\n\r\n")
                        .answersItself(414)
                        .closes(),
                Sentence.of("4", "sends the space before a reason that is not there")
                        .answer("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n")
                        .returns("HTTP/1.1 200 \r\n"),
                Sentence.of("4", "passes a reason of any letters")
                        .answer("HTTP/1.1 200 Sch\u00f6n \t!\r\nContent-Length: 0\r\n\r\n")
                        .returns("HTTP/1.1 200 Sch\u00f6n \t!\r\n"),
                Sentence.of("6.3", "answers what is no HTTP from the upstream with 502")
                        .answer("SSH-2.0-OpenSSH_9.2\r\n\r\n")
                        .status(502));
    }

    private static Stream<Sentence> targets() {
        return Stream.of(
                Sentence.of("3.2", "answers requests without Host with 400")
                        .request("GET / HTTP/1.1\r\nX: 1\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("3.2", "answers requests with two Hosts with 400")
                        .request("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("3.2", "sends Host for a client of HTTP/1.0 that names none")
                        .request("GET / HTTP/1.0\r\n\r\n")
                        .forwards("Host: \r\n")
                        .closes(),
                Sentence.of("3.2.2", "takes the host of an absolute target, not that of Host")
                        .request("GET http://b.example/x?y HTTP/1.1\r\nHost: evil\r\n\r\n")
                        .forwards("GET /x?y HTTP/1.1\r\n", "Host: b.example\r\n")
                        .drops("evil"),
                Sentence.of("3.2", "answers a Host with user information with 400")
                        .request("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("3.2", "answers a target with a fragment with 400")
                        .request("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("3.2.1", "sends / for a path that is empty")
                        .request("GET HTTP://b.example?y HTTP/1.1\r\nHost: b.example\r\n\r\n")
                        .forwards("GET /?y HTTP/1.1\r\n", "Host: b.example\r\n"),
                Sentence.of("3.2.4", "sends OPTIONS of an authority without path as *")
                        .request("OPTIONS http://b.example:81 HTTP/1.1\r\nHost: b\r\n\r\n")
                        .forwards("OPTIONS * HTTP/1.1\r\n", "Host: b.example:81\r\n"),
                Sentence.of("3.2.4", "takes * for OPTIONS only")
                        .request("GET * HTTP/1.1\r\nHost: a\r\n\r\n")
                        .answersItself(400)
                        .closes());
    }

    private static Stream<Sentence> fields() {
        return Stream.of(
                Sentence.of("5.1", "refuses whitespace before the colon in requests with 400")
                        .fields("X : 1\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("5.1", "removes whitespace before the colon from responses")
                        .answer("HTTP/1.1 200 OK\r\nX \t: 1\r\nContent-Length : 0\r\n\r\n")
                        .returns("\r\nX: 1\r\nContent-Length: 0\r\n"),
                Sentence.of("5.1", "counts a length behind such whitespace")
                        .answer(
                                "HTTP/1.1 200 OK\r\n"
                                        + "Content-Length: 0\r\n"
                                        + "Content-Length : 3\r\n\r\nabc")
                        .status(502),
                Sentence.of("5.2", "refuses folded lines in requests with 400")
                        .fields("X: 1\r\n 2\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("5.2", "replaces a response with folded lines by 502")
                        .answer("HTTP/1.1 200 OK\r\nX: 1\r\n\t2\r\nContent-Length: 0\r\n\r\n")
                        .status(502));
    }

    private static Stream<Sentence> requestBodies() {
        return Stream.of(
                Sentence.of("6.1", "takes Content-Length beside Transfer-Encoding for an attack")
                        .request(POST + "Content-Length: 4\r\n" + CHUNKED + "0\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("6.1", "takes Transfer-Encoding of HTTP/1.0 for faulty framing")
                        .request("POST / HTTP/1.0\r\nHost: a\r\n" + CHUNKED + "0\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("6.1", "answers codings it does not know with 501")
                        .request(POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")
                        .answersItself(501)
                        .closes(),
                Sentence.of("6.3", "answers a request whose last coding is not chunked with 400")
                        .request(POST + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("6.1", "takes chunked that is applied twice for an error")
                        .request(POST + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("7.1", "takes parameters of chunked for an error")
                        .request(POST + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("6.3", "answers a Content-Length that is none with 400")
                        .request(POST + "Content-Length: +5\r\n\r\nhello")
                        .answersItself(400)
                        .closes(),
                Sentence.of("6.3", "takes a request without either for one without body")
                        .request("POST / HTTP/1.1\r\nHost: a\r\n\r\n")
                        .drops("content-length", "transfer-encoding"));
    }

    private static Stream<Sentence> responseBodies() {
        return Stream.of(
                Sentence.of("6.1", "sends no Transfer-Encoding to HTTP/1.0")
                        .request("GET / HTTP/1.0\r\nHost: a\r\n\r\n")
                        .answer(CHUNKED_OK + "2\r\nhi\r\n0\r\n\r\n")
                        .returns("\r\n\r\nhi")
                        .hides("transfer-encoding")
                        .closes(),
                Sentence.of("6.1", "sends no Transfer-Encoding before the response")
                        .answer("HTTP/1.1 103 x\r\n" + CHUNKED + Sentence.OK)
                        .hides("transfer-encoding"),
                Sentence.of("6.1", "takes Transfer-Encoding of HTTP/1.0 for faulty framing")
                        .answer("HTTP/1.0 200 OK\r\n" + CHUNKED + "0\r\n\r\n")
                        .status(502),
                Sentence.of("6.3", "replaces responses with both lengths by 502")
                        .answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" + CHUNKED + "0\r\n\r\n")
                        .status(502),
                Sentence.of("6.3", "replaces responses with a bad Content-Length by 502")
                        .answer("HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n\r\nhello")
                        .status(502),
                Sentence.of("6.3", "replaces responses with two Content-Lengths by 502")
                        .answer(
                                "HTTP/1.1 200 OK\r\n"
                                        + "Content-Length: 5\r\n"
                                        + "Content-Length: 6\r\n\r\nhello")
                        .status(502),
                Sentence.of("6.3", "takes no body for that of 304")
                        .answer("HTTP/1.1 304 Not Modified\r\n" + CHUNKED)
                        .status(304)
                        .hides("transfer-encoding"),
                Sentence.of("6.3", "takes what comes until the close for the body without either")
                        .answer("HTTP/1.1 200 OK\r\n\r\nuntil the end")
                        .answerEnds()
                        .returns("until the end"),
                Sentence.of("6.3", "takes the interim response for one without body")
                        .answer("HTTP/1.1 103 x\r\nContent-Length: 9\r\n\r\n" + Sentence.OK)
                        .hides("content-length: 9")
                        .returns("hello"));
    }

    private static Stream<Sentence> chunks() {
        return Stream.of(
                Sentence.of("7.1", "reads chunks of any case, with zeros in front")
                        .request(
                                POST
                                        + CHUNKED
                                        + "00a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n")
                        .forwards("Transfer-Encoding: chunked\r\n", "0123456789\r\nA\r\n"),
                Sentence.of("7.1", "reads no chunk whose size overflows")
                        .request(POST + CHUNKED + "10000000000000005\r\nhello\r\n0\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("7.1.1", "ignores extensions of chunks")
                        .request(POST + CHUNKED + "2;a=b;c=\"d\"\r\nhi\r\n0\r\n\r\n")
                        .forwards("hi\r\n0\r\n\r\n"),
                Sentence.of("7.1.1", "bounds extensions of chunks, with 4xx")
                        .request(POST + CHUNKED + "2;" + "a".repeat(300) + "\r\nhi\r\n0\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("7.1.1", "takes no bare LF within extensions")
                        .request(POST + CHUNKED + "2;a\nhi\r\n0\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("7.1.2", "may drop trailers where it removes chunks")
                        .request("GET / HTTP/1.0\r\nHost: a\r\n\r\n")
                        .answer(CHUNKED_OK + "2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n")
                        .returns("\r\n\r\nhi")
                        .hides("x-sum")
                        .closes(),
                Sentence.of("7.1", "replaces a response whose chunks begin badly by 502")
                        .answer(CHUNKED_OK + "zz\r\n")
                        .status(502));
    }

    private static Stream<Sentence> connections() {
        return Stream.of(
                Sentence.of("9.3", "keeps a connection of HTTP/1.1 unless told otherwise")
                        .hides("connection: keep-alive"),
                Sentence.of("9.3", "closes a connection of HTTP/1.0 unless told otherwise")
                        .request("GET / HTTP/1.0\r\nHost: a\r\n\r\n")
                        .returns("Connection: close\r\n")
                        .closes(),
                Sentence.of("9.3", "keeps a connection of HTTP/1.0 where it asks for it")
                        .request("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n")
                        .returns("Connection: keep-alive\r\n"),
                Sentence.of("9.3", "closes where both keep-alive and close are said")
                        .fields("Connection: keep-alive\r\nConnection: x, Close\r\n")
                        .returns("Connection: close\r\n")
                        .closes(),
                Sentence.of("9.3", "closes where it answers without having read the body")
                        .request(
                                "OPTIONS / HTTP/1.1\r\n"
                                        + "Host: a\r\n"
                                        + "Max-Forwards: 0\r\n"
                                        + "Content-Length: 70\r\n\r\n"
                                        + "GET /smuggled HTTP/1.1\r\n")
                        .answersItself(200)
                        .returns("Connection: close\r\n")
                        .closes(),
                Sentence.of("9.3", "asks no second time where HTTP/1.0 does not say keep-alive")
                        .answer("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi")
                        .answerEnds()
                        .returns("hi"),
                Sentence.of("9.6", "says that it closes behind what it refuses")
                        .request("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
                        .answersItself(400)
                        .returns("Connection: close\r\n")
                        .closes(),
                Sentence.of("9.6", "serves nothing behind a request with close, and says so")
                        .fields("Connection: close\r\n")
                        .returns("Connection: close\r\n")
                        .closes(),
                Sentence.of("9.6", "forwards close in neither direction")
                        .answer(
                                "HTTP/1.1 200 OK\r\n"
                                        + "Connection: close\r\n"
                                        + "Content-Length: 2\r\n\r\n"
                                        + "hi")
                        .answerEnds()
                        .drops("close"));
    }

    @Test
    void sendsNoRequestBehindAResponseWithClose() throws Exception {
        // 9.6: "A client that receives a close connection option MUST cease sending requests".
        try (ScriptedUpstream upstream =
                        ScriptedUpstream.replying(
                                head ->
                                        "HTTP/1.1 200 OK\r\n"
                                                + "Connection: close\r\n"
                                                + "Content-Length: 2\r\n\r\nhi");
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            for (int i = 1; i <= 3; i++) {
                client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readResponse()).endsWith("hi");
                assertThat(upstream.connections).hasValue(i);
            }
        }
    }

    @Test
    void takesNothingForAResponseThatNoRequestAskedFor() throws Exception {
        // 9.2: data without an outstanding request is no response, and the connection is closed.
        CountDownLatch answered = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write(Sentence.OK);
                                    if (n == 1) {
                                        HttpStreamTest.await(answered);
                                        try {
                                            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n");
                                            peer.write("\r\nwrong");
                                            peer.readAll();
                                        } finally {
                                            // In order, or by a reset: the node reads no more.
                                            closed.countDown();
                                        }
                                    }
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("PUT /1 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse()).endsWith("hello");
            answered.countDown();
            closed.await();
            client.write("PUT /2 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse()).endsWith("hello");
            assertThat(upstream.connections).hasValue(2);
        }
    }
}
