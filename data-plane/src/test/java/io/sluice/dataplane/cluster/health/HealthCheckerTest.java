package io.sluice.dataplane.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.EndpointHealth;
import io.sluice.dataplane.cluster.endpoint.Health;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.HeldPort;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.TestTransport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

class HealthCheckerTest {
    private static final long MILLI_NANOS = 1_000_000;
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final EventLoops loops = EventLoops.open(TestTransport.get(), 1);
    private final Loop loop = loops.at(0);
    private final BlockingQueue<EndpointHealth> changes = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        loops.close();
    }

    @Test
    void asksForThePathAndFollowsTheAnswers() throws Exception {
        try (var server = new HttpAnswers()) {
            HealthChecker checker =
                    checker(server.address(), new Probe.Http("/healthz", ""), 60_000);
            server.answers.add("HTTP/1.1 204 No Content\r\n\r\n");
            checker.start();
            assertThat(server.nextRequest()).startsWith("GET /healthz HTTP/1.1");
            assertThat(server.nextLine())
                    .isEqualTo("Host: 127.0.0.1:" + server.address().getPort());
            assertThat(nextChange().health()).isEqualTo(Health.HEALTHY);

            // Two in a row are asked for.
            server.answers.add("HTTP/1.1 503 Service Unavailable\r\n\r\n");
            server.answers.add("HTTP/1.0 500 Oh\r\nContent-Length: 2\r\n\r\nno");
            EndpointHealth unhealthy = nextChange();
            assertThat(unhealthy.health()).isEqualTo(Health.UNHEALTHY);
            assertThat(unhealthy.reason()).isEqualTo("status 500");
            assertThat(unhealthy.since()).isEqualTo(NOW);

            server.answers.add("HTTP/1.1 299 Yes\r\n\r\n");
            EndpointHealth again = nextChange();
            assertThat(again.health()).isEqualTo(Health.HEALTHY);
            assertThat(again.reason()).isEmpty();
            checker.stop();
        }
    }

    @Test
    void failsWhatIsNotHttp() throws Exception {
        try (var server = new HttpAnswers()) {
            server.answers.add("SSH-2.0-OpenSSH_9.2p1 Debian\r\n");
            checker(server.address(), new Probe.Http("/", "example"), 60_000).start();
            assertThat(nextChange().reason()).isEqualTo("not an HTTP answer");
        }
    }

    @Test
    void failsAnAnswerThatDoesNotCome() throws Exception {
        try (var server = new HttpAnswers()) {
            // Accepted, asked, and no answer.
            checker(server.address(), new Probe.Http("/", ""), 50).start();
            assertThat(nextChange().reason()).isEqualTo("timeout");
        }
    }

    @Test
    void asksNoMoreThanAConnectionOfATcpCheck() throws Exception {
        try (var port = new HeldPort()) {
            try (ServerSocket server = port.listen(10)) {
                checker(port.socketAddress(), new Probe.Tcp(), 60_000).start();
                assertThat(nextChange().health()).isEqualTo(Health.HEALTHY);
                assertThat(server.isBound()).isTrue();
            }
            // Its socket is closed now.
            EndpointHealth change = nextChange();
            assertThat(change.health()).isEqualTo(Health.UNHEALTHY);
            assertThat(change.reason()).contains("refused");
        }
    }

    @Test
    void spreadsChecksByATenthEitherWay() {
        assertThat(HealthChecker.jittered(1_000, 0)).isEqualTo(900);
        assertThat(HealthChecker.jittered(1_000, Long.MIN_VALUE)).isEqualTo(1_000);
        assertThat(HealthChecker.jittered(1_000, -1)).isEqualTo(1_099);
    }

    private HealthChecker checker(InetSocketAddress address, Probe probe, long timeoutMillis) {
        var endpoint = new Endpoint("c", address, 1, Health.UNKNOWN, Instant.EPOCH);
        return new HealthChecker(
                loops,
                loop,
                new ProbeSlots(),
                endpoint,
                new HealthCheckSpec(probe, 10 * MILLI_NANOS, timeoutMillis * MILLI_NANOS, 2, 1),
                InstantSource.fixed(NOW),
                changed -> changes.add(changed.health()));
    }

    private EndpointHealth nextChange() throws InterruptedException {
        EndpointHealth change = changes.poll(60, TimeUnit.SECONDS);
        assertThat(change).isNotNull();
        return change;
    }

    /** Answers each request with the next of some texts, and waits for one where there is none. */
    private static final class HttpAnswers implements AutoCloseable {
        final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final ServerSocket socket;

        HttpAnswers() throws IOException {
            socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::serve);
        }

        InetSocketAddress address() {
            return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
        }

        String nextRequest() throws InterruptedException {
            return nextLine();
        }

        String nextLine() throws InterruptedException {
            String line = lines.poll(60, TimeUnit.SECONDS);
            assertThat(line).isNotNull();
            return line;
        }

        private void serve() {
            while (true) {
                try (Socket client = socket.accept()) {
                    var in =
                            new BufferedReader(
                                    new InputStreamReader(
                                            client.getInputStream(), StandardCharsets.US_ASCII));
                    String line = in.readLine();
                    while (line != null && !line.isEmpty()) {
                        lines.add(line);
                        line = in.readLine();
                    }
                    client.getOutputStream()
                            .write(answers.take().getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    if (socket.isClosed()) {
                        return;
                    }
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
