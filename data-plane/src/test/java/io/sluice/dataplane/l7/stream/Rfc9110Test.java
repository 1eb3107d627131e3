package io.sluice.dataplane.l7.stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.stream.Stream;

/**
 * What RFC 9110 (HTTP Semantics) demands of a gateway, sentence by sentence.
 *
 * <p>Deliberately otherwise: whether a target's scheme suits the connection is not looked at
 * (section 7.4), since TLS may end at a load balancer in front that nobody told of; what gRPC-Web
 * translates is translated in spite of {@code no-transform} (section 7.7), as both ends expect it.
 */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class Rfc9110Test {
    private static final String CHUNKED_OK =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    static Stream<Sentence> sentences() {
        return Stream.of(
                        versions(),
                        fields(),
                        trailers(),
                        connection(),
                        forwards(),
                        methods(),
                        upgrade(),
                        statuses())
                .flatMap(each -> each);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sentences")
    void demands(Sentence sentence) throws Exception {
        sentence.holds();
    }

    private static Stream<Sentence> versions() {
        return Stream.of(
                Sentence.of("2.5", "forwards in its own version, not the client's")
                        .request("GET / HTTP/1.0\r\nHost: a\r\n\r\n")
                        .forwards("GET / HTTP/1.1\r\n")
                        .closes(),
                Sentence.of("2.5", "responds in its own version, not the upstream's")
                        .answer("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi")
                        .returns("HTTP/1.1 200 OK\r\n"),
                Sentence.of("2.5", "takes a higher minor version for the highest it knows")
                        .request("GET / HTTP/1.7\r\nHost: a\r\n\r\n")
                        .forwards("GET / HTTP/1.1\r\n", "Via: 1.1 sluice\r\n"),
                Sentence.of("15.6.6", "refuses another major version with 505")
                        .request("GET / HTTP/3.0\r\nHost: a\r\n\r\n")
                        .answersItself(505)
                        .closes());
    }

    private static Stream<Sentence> fields() {
        return Stream.of(
                Sentence.of("4.2.1", "rejects an empty host")
                        .request("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("4.2.4", "takes user information for an error")
                        .request("GET http://u:p@a/x HTTP/1.1\r\nHost: a\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("5.1", "forwards fields it does not know")
                        .fields("X-Unheard-Of: 1\r\n")
                        .answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Odd: 2\r\n\r\n")
                        .forwards("X-Unheard-Of: 1\r\n")
                        .returns("X-Odd: 2\r\n"),
                Sentence.of("5.3", "does not change the order of fields of one name")
                        .fields("X-A: 1\r\nX-B: 2\r\nX-A: 3\r\nx-a: 4\r\n")
                        .answer(
                                "HTTP/1.1 200 OK\r\n"
                                        + "Set-Cookie: a=1\r\n"
                                        + "Content-Length: 0\r\n"
                                        + "Set-Cookie: b=2\r\n\r\n")
                        .forwards("X-A: 1\r\nX-B: 2\r\nX-A: 3\r\nx-a: 4\r\n")
                        .returns("Set-Cookie: a=1\r\nContent-Length: 0\r\nSet-Cookie: b=2\r\n"),
                Sentence.of("5.4", "refuses fields larger than it processes with 4xx")
                        .fields("X: " + "a".repeat(20_000) + "\r\n")
                        .answersItself(431)
                        .closes(),
                Sentence.of("5.5", "refuses NUL within values of requests")
                        .fields("X: a\u0000b\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("5.5", "refuses other controls within values of requests")
                        .fields("X: a\u0001b\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("5.5", "refuses NUL within values of responses")
                        .answer("HTTP/1.1 200 OK\r\nX: a\u0000b\r\nContent-Length: 0\r\n\r\n")
                        .status(502),
                Sentence.of("5.5", "refuses CR within values of responses")
                        .answer("HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n")
                        .status(502),
                Sentence.of("5.5", "takes other octets in values as opaque")
                        .fields("X: caf\u00e9 \u0080\u00ff\r\n")
                        .forwards("X: caf\u00e9 \u0080\u00ff\r\n"),
                Sentence.of("5.6.1", "takes empty elements of lists for nothing")
                        .fields("TE: , ,trailers,\r\nConnection: ,,TE ,, X-Hop,\r\nX-Hop: 1\r\n")
                        .forwards("Connection: TE\r\nTE: trailers\r\n")
                        .drops("x-hop"),
                Sentence.of("5.6.1", "makes no empty elements of lists")
                        .fields("Via:\r\nX-Forwarded-For: \t\r\n")
                        .forwards("Via: 1.1 sluice\r\n", "X-Forwarded-For: 127.0.0.1\r\n"),
                Sentence.of("6.6.1", "appends Date to responses without")
                        .answer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                        .status(404)
                        .returns("\r\nDate: ", " GMT\r\n"),
                Sentence.of("6.6.1", "leaves the Date of the upstream")
                        .request("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                        .answer(
                                "HTTP/1.1 200 OK\r\n"
                                        + "Date: Tue, 15 Nov 1994 08:12:31 GMT\r\n"
                                        + "Content-Length: 0\r\n\r\n")
                        .returns("Date: Tue, 15 Nov 1994 08:12:31 GMT\r\n")
                        .hides("0\r\nDate: ")
                        .closes(),
                Sentence.of("6.6.1", "has Date in responses of its own")
                        .request("GET / HTTP/1.1\r\n\r\n")
                        .answersItself(400)
                        .returns("\r\nDate: ", " GMT\r\n")
                        .closes(),
                Sentence.of("7.2", "answers requests with a bad Host with 400")
                        .request("GET / HTTP/1.1\r\nHost: a b\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("8.6", "forwards no Content-Length that is known to be wrong")
                        .request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx")
                        .answersItself(400)
                        .closes(),
                Sentence.of("8.6", "sends no Content-Length with 204")
                        .answer("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n")
                        .status(204)
                        .hides("content-length: 5"),
                Sentence.of("8.6", "passes the Content-Length of a response to HEAD")
                        .request("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                        .answer("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")
                        .returns("Content-Length: 1234\r\n"),
                Sentence.of("8.6", "passes the Content-Length of 304")
                        .answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 1234\r\n\r\n")
                        .status(304)
                        .returns("Content-Length: 1234\r\n"));
    }

    private static Stream<Sentence> trailers() {
        return Stream.of(
                Sentence.of("6.5", "keeps trailers of requests apart from the head")
                        .request(
                                "POST / HTTP/1.1\r\n"
                                        + "Host: a\r\n"
                                        + "Transfer-Encoding: chunked\r\n"
                                        + "Trailer: X-Sum\r\n\r\n"
                                        + "2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n")
                        .forwards("Trailer: X-Sum\r\n", "\r\n0\r\nX-Sum: 1\r\n\r\n"),
                Sentence.of("6.5", "keeps trailers of responses apart from the head")
                        .answer(CHUNKED_OK + "2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n")
                        .returns("\r\n0\r\nX-Sum: 1\r\n\r\n"),
                Sentence.of("6.5.1", "takes no framing from trailers of requests")
                        .request(
                                "POST / HTTP/1.1\r\n"
                                        + "Host: a\r\n"
                                        + "Transfer-Encoding: chunked\r\n\r\n"
                                        + "0\r\nContent-Length: 9\r\n\r\n")
                        .answersItself(400)
                        .closes(),
                Sentence.of("6.5.1", "takes no framing from trailers of responses")
                        .answer(CHUNKED_OK + "2\r\nhi\r\n0\r\nContent-Length: 9\r\n\r\n")
                        .status(502),
                Sentence.of("7.6.1", "removes trailers of requests that Connection names")
                        .request(
                                "POST / HTTP/1.1\r\n"
                                        + "Host: a\r\n"
                                        + "Connection: X-Hop\r\n"
                                        + "Transfer-Encoding: chunked\r\n\r\n"
                                        + "2\r\nhi\r\n0\r\nx-hop: 1\r\nX-Sum: 2\r\n\r\n")
                        .forwards("2\r\nhi\r\n0\r\nX-Sum: 2\r\n\r\n")
                        .drops("x-hop"),
                Sentence.of("7.6.1", "removes trailers of responses that Connection names")
                        .answer(
                                "HTTP/1.1 200 OK\r\n"
                                        + "Transfer-Encoding: chunked\r\n"
                                        + "Connection: x-hop, X-Other\r\n\r\n"
                                        + "2\r\nhi\r\n0\r\nX-Sum: 2\r\nX-Hop: 1\r\n\r\n")
                        .returns("2\r\nhi\r\n0\r\nX-Sum: 2\r\n\r\n")
                        .hides("x-hop"));
    }

    private static Stream<Sentence> connection() {
        return Stream.of(
                Sentence.of("7.6.1", "removes fields of requests that Connection names")
                        .fields("X-Hop: 1\r\nConnection: x-HOP\r\nX-Kept: 2\r\nX-Hop: 3\r\n")
                        .forwards("X-Kept: 2\r\n")
                        .drops("x-hop", "connection:"),
                Sentence.of("7.6.1", "removes fields of responses that Connection names")
                        .answer(
                                "HTTP/1.1 200 OK\r\n"
                                        + "Connection: X-Hop\r\n"
                                        + "Content-Length: 0\r\n"
                                        + "Connection: , x-other ,\r\n"
                                        + "X-Other: 1\r\n"
                                        + "X-Hop: 1\r\n\r\n")
                        .hides("x-hop", "x-other"),
                Sentence.of("7.6.1", "removes what is known to end here although nobody says so")
                        .fields(
                                "Proxy-Connection: close\r\n"
                                        + "Keep-Alive: timeout=1\r\n"
                                        + "TE: gzip\r\n"
                                        + "Upgrade: x/1\r\n")
                        .answer(
                                "HTTP/1.1 200 OK\r\n"
                                        + "Content-Length: 0\r\n"
                                        + "Proxy-Connection: close\r\n"
                                        + "Keep-Alive: timeout=1\r\n"
                                        + "Upgrade: x/1\r\n\r\n")
                        .drops("proxy-connection", "keep-alive", "te:", "upgrade")
                        .hides("proxy-connection", "keep-alive", "upgrade"),
                Sentence.of("7.6.1", "lets Connection take nothing out that frames or addresses")
                        .request(
                                "POST / HTTP/1.1\r\n"
                                        + "Host: a\r\n"
                                        + "Connection: host, content-length\r\n"
                                        + "Content-Length: 2\r\n\r\nhi")
                        .forwards("Host: a\r\n", "Content-Length: 2\r\n", "\r\n\r\nhi"),
                Sentence.of("10.1.4", "says Connection: TE where it says TE")
                        .fields("TE: trailers, deflate;q=0.5\r\nConnection: TE\r\n")
                        .forwards("Connection: TE\r\nTE: trailers\r\n")
                        .drops("deflate"));
    }

    private static Stream<Sentence> forwards() {
        String circles = "1.1 sluice, ".repeat(15);
        return Stream.of(
                Sentence.of("7.6", "forwards no message to itself without end")
                        .fields("Via: " + circles + "1.1 other\r\nVia: 2.0 sluice\r\n")
                        .answersItself(508)
                        .returns("Sluice-Reason: LOOP_DETECTED\r\n"),
                Sentence.of("7.6", "knows itself from those of like names")
                        .fields(
                                "Via: "
                                        + circles.replace("sluice", "sluice2")
                                        + "1.1 sluice:80\r\n")
                        .forwards("1.1 sluice:80, 1.1 sluice\r\n"),
                Sentence.of("7.6.3", "adds itself to Via of requests, behind the others")
                        .fields("Via: 1.0 fred\r\nX: 1\r\nVia: 1.1 p.example.net\r\n")
                        .forwards("Via: 1.0 fred, 1.1 p.example.net, 1.1 sluice\r\n"),
                Sentence.of("7.6.3", "says in Via which version it received")
                        .request("GET / HTTP/1.0\r\nHost: a\r\n\r\n")
                        .forwards("Via: 1.0 sluice\r\n")
                        .closes(),
                Sentence.of("7.6.2", "counts Max-Forwards of OPTIONS down")
                        .request("OPTIONS /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 010\r\n\r\n")
                        .forwards("Max-Forwards: 9\r\n"),
                Sentence.of("7.6.2", "counts Max-Forwards of TRACE down")
                        .request("TRACE /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 1\r\n\r\n")
                        .forwards("Max-Forwards: 0\r\n"),
                Sentence.of("7.6.2", "forwards the most that it supports for more")
                        .request(
                                "OPTIONS / HTTP/1.1\r\n"
                                        + "Host: a\r\n"
                                        + "Max-Forwards: 99999999999999999999\r\n\r\n")
                        .forwards("Max-Forwards: 1000000\r\n")
                        .drops("9999"),
                Sentence.of("7.6.2", "answers OPTIONS that may go no further")
                        .request("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n")
                        .answersItself(200)
                        .returns("Allow: GET, HEAD"),
                Sentence.of("7.6.2", "answers TRACE that may go no further")
                        .request("TRACE /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n")
                        .answersItself(200)
                        .returns("Content-Type: message/http\r\n", "TRACE /x HTTP/1.1\r\n"),
                Sentence.of("7.6.2", "may ignore Max-Forwards of other methods")
                        .fields("Max-Forwards: 0\r\n")
                        .forwards("Max-Forwards: 0\r\n"),
                Sentence.of("10.1.1", "forwards Expect: 100-continue")
                        .request(
                                "POST / HTTP/1.1\r\n"
                                        + "Host: a\r\n"
                                        + "Expect: 100-Continue\r\n"
                                        + "Content-Length: 2\r\n\r\nhi")
                        .answer("HTTP/1.1 100 Continue\r\n\r\n" + Sentence.OK)
                        .forwards("Expect: 100-Continue\r\n")
                        .returns("HTTP/1.1 100 Continue\r\n\r\n"),
                Sentence.of("7.7", "leaves the query as it is")
                        .request("GET /a;b=c?x=%7e/../y?//&z= HTTP/1.1\r\nHost: a\r\n\r\n")
                        .forwards("GET /a;b=c?x=%7e/../y?//&z= HTTP/1.1\r\n"),
                Sentence.of("9.3.7", "makes up no Max-Forwards")
                        .request("OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n")
                        .drops("max-forwards"),
                Sentence.of("10.1.3", "leaves Referer as it is")
                        .fields("Referer: http://a/x?y\r\n")
                        .forwards("Referer: http://a/x?y\r\n"),
                Sentence.of("11.6", "leaves what authenticates as it is")
                        .fields("Authorization: Basic eDp5\r\nProxy-Authorization: Basic eg==\r\n")
                        .answer(
                                "HTTP/1.1 401 Unauthorized\r\n"
                                        + "WWW-Authenticate: Basic realm=\"a\", X  y=1\r\n"
                                        + "Authentication-Info: z=1\r\n"
                                        + "Proxy-Authenticate: Basic\r\n"
                                        + "Content-Length: 0\r\n\r\n")
                        .status(401)
                        .forwards(
                                "Authorization: Basic eDp5\r\n",
                                "Proxy-Authorization: Basic eg==\r\n")
                        .returns(
                                "WWW-Authenticate: Basic realm=\"a\", X  y=1\r\n",
                                "Authentication-Info: z=1\r\n",
                                "Proxy-Authenticate: Basic\r\n"),
                Sentence.of("13.2.1", "forwards conditions, and takes none for its own")
                        .fields(
                                "If-None-Match: \"x\", W/\"y\"\r\n"
                                        + "If-Match: *\r\n"
                                        + "If-Modified-Since: Tue, 15 Nov 1994 08:12:31 GMT\r\n")
                        .forwards(
                                "If-None-Match: \"x\", W/\"y\"\r\n",
                                "If-Match: *\r\n",
                                "If-Modified-Since: Tue, 15 Nov 1994 08:12:31 GMT\r\n"),
                Sentence.of("14.2", "forwards ranges and what they get")
                        .fields("Range: bytes=0-1\r\nIf-Range: \"x\"\r\n")
                        .answer(
                                "HTTP/1.1 206 Partial Content\r\n"
                                        + "Content-Range: bytes 0-1/9\r\n"
                                        + "Content-Length: 2\r\n\r\nhi")
                        .status(206)
                        .forwards("Range: bytes=0-1\r\n", "If-Range: \"x\"\r\n")
                        .returns("Content-Range: bytes 0-1/9\r\n", "\r\n\r\nhi"),
                Sentence.of("10.1.1", "ignores Expect of HTTP/1.0")
                        .request(
                                "POST / HTTP/1.0\r\n"
                                        + "Host: a\r\n"
                                        + "Expect: 100-continue\r\n"
                                        + "Content-Length: 2\r\n\r\nhi")
                        .drops("expect")
                        .closes());
    }

    private static Stream<Sentence> methods() {
        return Stream.of(
                Sentence.of("9.1", "forwards methods it does not know, as written")
                        .request("pUrGe /x HTTP/1.1\r\nHost: a\r\n\r\n")
                        .forwards("pUrGe /x HTTP/1.1\r\n"),
                Sentence.of("9.3.1", "forwards content of GET")
                        .request("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
                        .forwards("Content-Length: 2\r\n", "\r\n\r\nhi"),
                Sentence.of("9.3.2", "takes no body for the response to HEAD")
                        .request("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                        .answer(CHUNKED_OK)
                        .hides("hello"),
                Sentence.of("9.3.6", "answers CONNECT, which it does not support, with 405")
                        .request("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n")
                        .answersItself(405)
                        .returns("Allow: ")
                        .closes(),
                Sentence.of("9.3.8", "sends no content with TRACE")
                        .request("TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
                        .answersItself(400)
                        .closes(),
                Sentence.of("9.3.8", "leaves secrets out of what TRACE reflects")
                        .request(
                                "TRACE / HTTP/1.1\r\n"
                                        + "Host: a\r\n"
                                        + "Cookie: secret\r\n"
                                        + "Authorization: secret\r\n"
                                        + "Proxy-Authorization: secret\r\n"
                                        + "Max-Forwards: 0\r\n\r\n")
                        .answersItself(200)
                        .hides("secret"));
    }

    private static Stream<Sentence> upgrade() {
        String upgrade = "Connection: Upgrade\r\nUpgrade: ";
        return Stream.of(
                Sentence.of("7.8", "ignores Upgrade to what it does not know")
                        .fields(upgrade + "x/1\r\n")
                        .drops("upgrade"),
                Sentence.of("7.8", "ignores Upgrade of HTTP/1.0")
                        .request("GET / HTTP/1.0\r\nHost: a\r\n" + upgrade + "websocket\r\n\r\n")
                        .drops("upgrade")
                        .closes(),
                Sentence.of("7.8", "ignores Upgrade that Connection does not name")
                        .fields("Upgrade: websocket\r\n")
                        .drops("upgrade"),
                Sentence.of("7.8", "switches to nothing that the client did not ask for")
                        .answer("HTTP/1.1 101 x\r\n" + upgrade + "websocket\r\n\r\n")
                        .status(502),
                Sentence.of("7.8", "switches to nothing else than what the client asked for")
                        .fields(upgrade + "websocket\r\n")
                        .answer("HTTP/1.1 101 x\r\n" + upgrade + "x/1\r\n\r\n")
                        .status(502),
                Sentence.of("15.5.22", "says Upgrade in 426")
                        .answer(
                                "HTTP/1.1 426 Upgrade Required\r\n"
                                        + upgrade
                                        + "websocket\r\n"
                                        + "Content-Length: 0\r\n\r\n")
                        .status(426)
                        .returns("Connection: Upgrade\r\n", "Upgrade: websocket\r\n"));
    }

    private static Stream<Sentence> statuses() {
        return Stream.of(
                Sentence.of("15", "takes a status beyond 599 for an error of the upstream")
                        .answer("HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n")
                        .status(502),
                Sentence.of("15", "forwards a status it does not know")
                        .answer("HTTP/1.1 299 Odd\r\nContent-Length: 0\r\n\r\n")
                        .status(299)
                        .returns("HTTP/1.1 299 Odd\r\n"),
                Sentence.of("15.2", "forwards what comes before the response, known or not")
                        .answer(
                                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                                        + "HTTP/1.1 102 Processing\r\n\r\n"
                                        + "HTTP/1.1 199 Odd\r\n\r\n"
                                        + Sentence.OK)
                        .returns(
                                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                                        + "HTTP/1.1 102 Processing\r\n\r\n"
                                        + "HTTP/1.1 199 Odd\r\n\r\n"),
                Sentence.of("15.2", "sends nothing before the response to HTTP/1.0")
                        .request("GET / HTTP/1.0\r\nHost: a\r\n\r\n")
                        .answer("HTTP/1.1 103 Early Hints\r\n\r\n" + Sentence.OK)
                        .hides("103")
                        .closes(),
                Sentence.of("15.3.6", "passes a 205, which has a length like any other")
                        .answer("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n")
                        .status(205)
                        .returns("Content-Length: 0\r\n"),
                Sentence.of("15.3.5", "takes no body for that of 204")
                        .answer("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n")
                        .status(204)
                        .hides("transfer-encoding"));
    }
}
