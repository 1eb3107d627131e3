package io.sluice.controlplane.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;

import io.sluice.controlplane.fleet.NodeState;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.proto.discovery.v1.DrainState;
import io.sluice.proto.discovery.v1.SyncRequest;

import org.junit.jupiter.api.Test;

/** Drains, wished for by an operator or at the node, on their way through the door. */
class DrainWishTest extends DiscoveryFixture {
    @Test
    void drainIsToldAtOnceAndAfterAReconnect() throws Exception {
        shop();
        commit();
        TestNode node = connected("n1");
        fleet.setDrained("n1", true);
        assertThat(node.next().getDrain().getDraining()).isTrue();
        node.send(
                SyncRequest.newBuilder()
                        .setDrain(DrainState.newBuilder().setDraining(true).setDrained(true)));
        assertThat(await("n1", NodeView::drained).state()).isEqualTo(NodeState.DRAINING);
        node.disconnect();
        await("n1", view -> !view.connected());
        node.connect();
        assertThat(node.next().getWelcome().getDraining()).isTrue();
    }

    @Test
    void aWishMadeAtTheNodeIsStored() throws Exception {
        shop();
        commit();
        TestNode node = connected("n1");
        node.send(SyncRequest.newBuilder().setDrain(wish(true, 1)));
        assertThat(node.next().getDrain().getDraining()).isTrue();
        assertThat(desired.drainedNodes()).containsExactly("n1");
        await("n1", NodeView::drainWanted);
    }

    @Test
    void aWishIsConfirmedOnlyOnceItIsStored() throws Exception {
        shop();
        commit();
        drainWrites.drainPermits();
        TestNode node = node("n1", "a").connect(hello -> hello.setDrain(wish(true, 1)));
        assertThat(node.next().getWelcome().getDraining()).isTrue();
        node.activate(node.nextOffer());
        NodeView waiting = await("n1", view -> view.activeRevision() == 1);
        assertThat(waiting.state()).isEqualTo(NodeState.DRAINING);
        assertThat(waiting.drainWanted()).isFalse();
        // Another node's drain is no word about this one.
        config.drained.add("n2");
        config.cluster("v1", "10.0.0.9:80");
        commit();
        node.activate(node.nextOffer());
        drainWrites.release(WRITES_MAX);
        assertThat(node.next().getDrain().getDraining()).isTrue();
        assertThat(desired.drainedNodes()).contains("n1");
    }

    @Test
    void ofTwoWishesUnderWayTheLaterHolds() throws Exception {
        shop();
        commit();
        drainWrites.drainPermits();
        TestNode node = connected("n1");
        node.send(SyncRequest.newBuilder().setDrain(wish(true, 1)));
        node.send(SyncRequest.newBuilder().setDrain(wish(false, 2).setConnections(7)));
        NodeView waiting = await("n1", view -> view.connections() == 7);
        assertThat(waiting.state()).isEqualTo(NodeState.CONNECTED);
        drainWrites.release(WRITES_MAX);
        assertThat(node.next().getDrain().getDraining()).isFalse();
        assertThat(desired.drainedNodes()).isEmpty();
    }

    @Test
    void aWishThatTheStoreRefusedIsTriedAgain() throws Exception {
        shop();
        commit();
        TestNode node = connected("n1");
        storeBroken = true;
        node.send(SyncRequest.newBuilder().setDrain(wish(true, 1)));
        drainRefusals.acquire();
        assertThat(desired.drainedNodes()).isEmpty();
        storeBroken = false;
        assertThat(node.next().getDrain().getDraining()).isTrue();
        assertThat(desired.drainedNodes()).containsExactly("n1");
    }

    private static DrainState.Builder wish(boolean draining, long second) {
        return DrainState.newBuilder()
                .setDraining(draining)
                .setRequestedHere(true)
                .setSince(Timestamp.newBuilder().setSeconds(1_900_000_000L + second));
    }
}
