package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.sluice.dataplane.l7.stream.Crossing.Sides;
import io.sluice.dataplane.l7.stream.WireConnection.Service;
import io.sluice.dataplane.net.BandwidthSpec;
import io.sluice.dataplane.net.TestTransport;
import io.sluice.dataplane.net.Transport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;

/** Clients that reset their connection while nothing is read from it. */
@Timeout(120)
class ClientResetTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final BandwidthSpec UP =
            new BandwidthSpec(new BandwidthSpec.Rate(1_000_000, 100_000), null, null, null);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);

    /** Says nothing, and waits for the end of its connection. */
    private ScriptedUpstream silent() throws IOException {
        return new ScriptedUpstream(
                (peer, connection) -> {
                    peer.readHead();
                    asked.countDown();
                    peer.readAll();
                    left.countDown();
                });
    }

    // First of all: a client of TLS that is still sending is closed only when a timeout is over.
    private static void assumeResetsAreHeard() {
        // On NIO a socket that is not read is not heard of.
        assumeFalse(TestTransport.get() == Transport.NIO);
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private void isMissed(ProxyFixture proxy) throws InterruptedException {
        assertThat(proxy.record().reason()).isEqualTo("DOWNSTREAM_CLOSED");
        left.await();
    }

    /** What a client does between being read no more and its reset. */
    private interface LastSteps {
        void of(RawClient client) throws IOException;
    }

    private void isMissedBehind(String requests, LastSteps steps) throws Exception {
        assumeResetsAreHeard();
        try (ScriptedUpstream upstream = silent();
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(requests);
            asked.await();
            proxy.await(proxy::clientPaused);
            steps.of(client);
            reset(client.socket());
            isMissed(proxy);
        }
    }

    @Test
    void isMissedBehindTheRequestThatWaits() throws Exception {
        isMissedBehind(GET + GET, client -> {});
    }

    @Test
    void isMissedBehindRequestsThatWereNotRead() throws Exception {
        isMissedBehind(GET + GET, client -> client.write(GET));
    }

    @Test
    void isMissedBehindMoreRequestsThanOneReadTakes() throws Exception {
        isMissedBehind(GET.repeat(1_000), client -> {});
    }

    @Test
    void isMissedBehindTheEndOfItsSide() throws Exception {
        isMissedBehind(
                GET + GET,
                client -> {
                    client.write(GET);
                    client.shutdownOutput();
                });
    }

    @Test
    void getsItsAnswersWhereItOnlyEndedItsSide() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        String ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, connection) -> {
                                    while (!peer.readHead().isEmpty()) {
                                        asked.countDown();
                                        await(ended);
                                        peer.write(ok);
                                    }
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET + GET);
            asked.await();
            proxy.await(proxy::clientPaused);
            client.write(GET);
            client.shutdownOutput();
            proxy.onLoop(() -> {});
            ended.countDown();
            for (int i = 0; i < 3; i++) {
                assertThat(client.readResponse()).startsWith("HTTP/1.1 200").endsWith("ok");
            }
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @OverEveryHttp
    void isMissedWithinABodyThatHasToWait(Sides sides) throws Exception {
        assumeResetsAreHeard();
        Service service =
                stream -> {
                    stream.nextHead();
                    asked.countDown();
                    try {
                        stream.count();
                    } finally {
                        left.countDown();
                    }
                };
        try (var crossing = new Crossing(sides, new StoppedClock(), service)) {
            ProxyFixture proxy = crossing.proxy;
            proxy.onLoop(() -> proxy.bandwidth.on(proxy.loop).apply(UP));
            WireConnection client = crossing.connect();
            Thread sending = Thread.startVirtualThread(() -> sendOn(client));
            asked.await();
            proxy.await(proxy::clientPaused);
            reset(client.plain());
            isMissed(proxy);
            sending.join();
        }
    }

    /** Sends a body without end, until its socket is closed under it. */
    private static void sendOn(WireConnection client) {
        byte[] piece = new byte[10_000];
        assertThatThrownBy(
                        () -> {
                            WireStream stream = client.open();
                            stream.request("POST", "/", false);
                            while (true) {
                                stream.body(piece, false);
                            }
                        })
                .isInstanceOf(IOException.class);
    }
}
