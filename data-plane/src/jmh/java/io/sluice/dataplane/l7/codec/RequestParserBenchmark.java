package io.sluice.dataplane.l7.codec;

import io.sluice.dataplane.l7.message.Ascii;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Parsing a request head: the shortest, what wrk sends, and a browser's. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RequestParserBenchmark {
    private static final HeadLimits LIMITS = new HeadLimits(64 * 1024, 100);
    private static final String BROWSER =
            """
            GET /catalogue/shoes/42?page=2&sort=price HTTP/1.1
            Host: shop.example
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8
            Accept-Language: en-GB,en;q=0.7,de;q=0.3
            Accept-Encoding: gzip, deflate, br, zstd
            Referer: https://shop.example/catalogue/shoes?page=2
            Connection: keep-alive
            Cookie: session=4f1c2a9d8e7b6a5c4d3e2f1a0b9c8d7e; consent=all; theme=dark; cart=8841-22-5
            Sec-Fetch-Dest: document
            Sec-Fetch-Mode: navigate
            Sec-Fetch-Site: same-origin
            Upgrade-Insecure-Requests: 1
            Priority: u=0, i

            """;

    @Param({"least", "wrk", "browser"})
    public String head = "";

    private final RequestParser parser = new RequestParser();
    private byte[] bytes = {};
    private int length;

    /** Lays the head into a scratch array with room for edits. */
    @Setup
    public void lay() {
        String text =
                switch (head) {
                    case "least" -> "GET / HTTP/1.1\nHost: a\n\n";
                    case "wrk" -> "GET /128 HTTP/1.1\nHost: 127.0.0.10:28110\n\n";
                    default -> BROWSER;
                };
        byte[] ascii = Ascii.bytes(text.replace("\n", "\r\n"));
        length = ascii.length;
        bytes = Arrays.copyOf(ascii, 128 * 1024);
    }

    /** One head. */
    @Benchmark
    public RequestParser.Outcome parse() {
        RequestParser.Outcome outcome = parser.parse(bytes, length, LIMITS);
        if (outcome != RequestParser.Outcome.COMPLETE) {
            throw new IllegalStateException("not parsed: " + outcome);
        }
        return outcome;
    }
}
