package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** In which order responses share the connection of their client (RFC 9218). */
final class Http2PriorityTest {
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int LARGE = 8 * 1024 * 1024;

    @Test
    void sendsTheMoreUrgentFirst() throws Exception {
        try (ScriptedUpstream upstream = Http2FlowTest.large();
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            client.takesBodies = false;
            client.settings(INITIAL_WINDOW_SIZE, 50_000_000);
            int idle = client.get("/large", "priority", "u=7");
            // The window of the connection is used up.
            while (client.stream(idle).body.size() < 65_535) {
                client.readAndAct();
            }
            Http2Downstream toUrgent = proxy.nextStream();
            int urgent = client.get("/large", "priority", "u=1");
            client.head(urgent);
            int usual = client.get("/large");
            client.head(usual);
            // All that is taken of it below waits.
            proxy.await(() -> toUrgent.waiting().bytes() >= 40_000);
            assertThat(client.stream(urgent).body.size()).isZero();
            client.frame(Http2Client.PING, 0, 0, new byte[8]);
            client.readUntil(Http2Client.PING);
            for (int step = 1; step <= 4; step++) {
                client.windowUpdate(0, 10_000);
                while (client.stream(urgent).body.size() < step * 10_000) {
                    client.readAndAct();
                }
            }
            assertThat(client.stream(usual).body.size()).isZero();
            assertThat(client.stream(idle).body.size()).isEqualTo(65_535);
        }
    }

    private static final int PART = 40_000;

    /** Replies LARGE bytes to /large, PART bytes to everything else. */
    private static ScriptedUpstream partsAndLarge() throws Exception {
        return partsAndLarge(head -> {});
    }

    private static ScriptedUpstream partsAndLarge(Consumer<String> heads) throws Exception {
        return new ScriptedUpstream(
                (peer, number) -> {
                    for (String head = peer.readHead(); !head.isEmpty(); head = peer.readHead()) {
                        heads.accept(head);
                        int length = head.startsWith("GET /large") ? LARGE : PART;
                        peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
                        peer.write(new byte[length]);
                    }
                });
    }

    /** Has the window of the connection used up, so that what comes after it waits. */
    private static void useUpWindow(Http2Client client) throws Exception {
        client.takesBodies = false;
        client.settings(INITIAL_WINDOW_SIZE, 50_000_000);
        int last = client.get("/large", "priority", "u=7");
        while (client.stream(last).body.size() < 65_535) {
            client.readAndAct();
        }
    }

    /** Asks for a part, and waits until the node has all of it. */
    private static int waitingPart(ProxyFixture proxy, Http2Client client, String... fields)
            throws Exception {
        int id = client.get("/part", fields);
        client.head(id);
        assertThat(proxy.record().status()).isEqualTo(200);
        return id;
    }

    /** Takes the waiting parts in small steps; returns whose DATA came, frame by frame. */
    private static List<Integer> takeParts(Http2Client client, int... ids) throws Exception {
        List<Integer> order = new ArrayList<>();
        int step = PART / 4;
        for (int sum = 0; sum < ids.length * PART; sum += step) {
            client.windowUpdate(0, step);
            int came = 0;
            while (came < step) {
                Http2Client.Frame frame = client.readAndAct();
                if (frame.type() == Http2Client.DATA) {
                    order.add(frame.streamId());
                    came += frame.payload().length;
                }
            }
        }
        for (int id : ids) {
            assertThat(client.stream(id).body.size()).isEqualTo(PART);
            assertThat(client.stream(id).ended).isTrue();
        }
        return order;
    }

    @Test
    void sendsEqualOnesOneAfterTheOther() throws Exception {
        try (ScriptedUpstream upstream = partsAndLarge();
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            useUpWindow(client);
            int one = waitingPart(proxy, client, "priority", "u=2");
            int two = waitingPart(proxy, client, "priority", "u=2, i=?0");
            List<Integer> order = takeParts(client, one, two);
            assertThat(order).isSorted().contains(one, two);
        }
    }

    @Test
    void incrementalOnesOfOneUrgencyTakeTurns() throws Exception {
        try (ScriptedUpstream upstream = partsAndLarge();
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            useUpWindow(client);
            int one = waitingPart(proxy, client, "priority", "u=2, i");
            int two = waitingPart(proxy, client, "priority", "u=2, i");
            int later = waitingPart(proxy, client, "priority", "i");
            List<Integer> order = takeParts(client, one, two, later);
            int both = Math.min(order.lastIndexOf(one), order.lastIndexOf(two));
            for (int i = 0; i < both; i++) {
                assertThat(order.get(i)).isEqualTo(i % 2 == 0 ? one : two);
            }
            assertThat(order.indexOf(later))
                    .isGreaterThan(Math.max(order.lastIndexOf(one), order.lastIndexOf(two)));
        }
    }

    @Test
    void aPriorityUpdateMovesAStreamThatWaits() throws Exception {
        try (ScriptedUpstream upstream = partsAndLarge();
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            useUpWindow(client);
            int urgent = waitingPart(proxy, client, "priority", "u=1");
            int usual = waitingPart(proxy, client);
            int raised = waitingPart(proxy, client);
            client.priorityUpdate(urgent, "u=6");
            client.priorityUpdate(raised, "u=0");
            // Of no stream: ended long ago, or never was.
            client.priorityUpdate(raised + 20, "u=0");
            List<Integer> order = takeParts(client, urgent, usual, raised);
            assertThat(order.stream().distinct()).containsExactly(raised, usual, urgent);
            assertThat(order.indexOf(usual)).isGreaterThan(order.lastIndexOf(raised));
            assertThat(order.indexOf(urgent)).isGreaterThan(order.lastIndexOf(usual));
        }
    }

    @Test
    void aPriorityUpdateCountsBeforeItsStreamOpens() throws Exception {
        List<String> heads = new CopyOnWriteArrayList<>();
        try (ScriptedUpstream upstream = partsAndLarge(heads::add);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            useUpWindow(client);
            int usual = waitingPart(proxy, client);
            // As Firefox does; what the head says then is older (RFC 9218 section 7.1).
            int next = usual + 2;
            client.priorityUpdate(next, "u=7");
            client.priorityUpdate(next, "u=1");
            int early = waitingPart(proxy, client, "priority", "u=6");
            assertThat(early).isEqualTo(next);
            assertThat(heads.getLast()).contains("priority: u=6\r\n");
            List<Integer> order = takeParts(client, early, usual);
            assertThat(order.indexOf(usual)).isGreaterThan(order.lastIndexOf(early));
        }
    }

    @Test
    void prioritiesOfStreamsThatNeverOpenAreBounded() throws Exception {
        try (ScriptedUpstream upstream = partsAndLarge();
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            useUpWindow(client);
            int usual = waitingPart(proxy, client);
            client.priorityUpdate(usual + 2, "u=1");
            for (int i = 0; i < EarlyPriorities.KEPT_MAX; i++) {
                client.priorityUpdate(usual + 1000 + 2 * i, "u=0");
            }
            int forgotten = waitingPart(proxy, client, "priority", "u=6");
            List<Integer> order = takeParts(client, usual, forgotten);
            assertThat(order.indexOf(forgotten)).isGreaterThan(order.lastIndexOf(usual));
        }
    }
}
