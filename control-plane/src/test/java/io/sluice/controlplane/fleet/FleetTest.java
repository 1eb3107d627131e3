package io.sluice.controlplane.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

class FleetTest {
    private final Fleet fleet = new Fleet((node, drained) -> {});

    private static NodeView node(String name, NodeState state, long active, long rejected) {
        return new NodeView(
                name,
                "boot",
                Map.of(),
                "127.0.0.1:1",
                "",
                "test",
                state,
                false,
                false,
                0,
                Math.max(active, rejected),
                active,
                rejected,
                List.of(),
                Instant.EPOCH,
                Instant.EPOCH,
                List.of());
    }

    private static FleetView view(long revision, NodeView... nodes) {
        return new FleetView(List.of(nodes), revision);
    }

    @Test
    void nodesAreFoundByName() {
        FleetView view =
                view(
                        1,
                        node("a", NodeState.CONNECTED, 1, 0),
                        node("b", NodeState.GONE, 1, 0),
                        node("c", NodeState.CONNECTED, 1, 0));
        for (String name : List.of("a", "b", "c")) {
            assertThat(view.node(name).orElseThrow().name()).isEqualTo(name);
        }
        assertThat(view.node("ab")).isEmpty();
        assertThat(FleetView.EMPTY.node("a")).isEmpty();
    }

    @Test
    void nodesThatAreGoneDoNotCount() {
        FleetView view =
                view(
                        5,
                        node("a", NodeState.CONNECTED, 5, 0),
                        node("b", NodeState.DRAINING, 4, 5),
                        node("c", NodeState.CONNECTED, 4, 0),
                        node("d", NodeState.GONE, 4, 0));
        assertThat(view.activation(5)).isEqualTo(new Activation(5, 3, 1, 1));
        assertThat(view.activation(4)).isEqualTo(new Activation(4, 3, 3, 0));
    }

    @Test
    void waitsUntilTheLoopKnowsTheRevisionAndAllHaveDecided() {
        CompletableFuture<Activation> waiting = fleet.whenSettled(5, 2);
        fleet.publish(view(4), List.of());
        fleet.publish(view(5, node("a", NodeState.CONNECTED, 5, 0)), List.of());
        assertThat(waiting).isNotDone();
        fleet.publish(
                view(5, node("a", NodeState.CONNECTED, 5, 0), node("b", NodeState.CONNECTED, 4, 0)),
                List.of());
        assertThat(waiting).isNotDone();
        fleet.publish(
                view(5, node("a", NodeState.CONNECTED, 5, 0), node("b", NodeState.CONNECTED, 4, 5)),
                List.of());
        assertThat(waiting).isCompletedWithValue(new Activation(5, 2, 1, 1));
    }

    @Test
    void aBrokenListenerDoesNotStopTheOthers() {
        List<FleetEvent> heard = new ArrayList<>();
        fleet.onChange(
                event -> {
                    throw new IllegalStateException("a bug");
                });
        Fleet.Subscription subscription = fleet.onChange(heard::add);
        NodeView node = node("a", NodeState.CONNECTED, 0, 0);
        fleet.publish(view(0, node), List.of(new FleetEvent.NodeConnected(node)));
        assertThat(heard).hasSize(1);
        subscription.close();
        fleet.publish(view(0, node), List.of(new FleetEvent.NodeConnected(node)));
        assertThat(heard).hasSize(1);
    }

    @Test
    void eventsTellWhatDiffers() {
        NodeView before = node("a", NodeState.CONNECTED, 4, 0);
        assertThat(FleetEvents.between(null, before, ""))
                .hasExactlyElementsOfTypes(
                        FleetEvent.NodeConnected.class, FleetEvent.NodeActive.class);
        assertThat(FleetEvents.between(before, before, "")).isEmpty();
        assertThat(FleetEvents.between(before, node("a", NodeState.CONNECTED, 4, 5), ""))
                .hasExactlyElementsOfTypes(FleetEvent.NodeRejected.class);
        assertThat(FleetEvents.between(before, node("a", NodeState.DRAINING, 5, 0), ""))
                .hasExactlyElementsOfTypes(
                        FleetEvent.NodeActive.class, FleetEvent.NodeDraining.class);
        assertThat(FleetEvents.between(before, node("a", NodeState.GONE, 4, 0), "lost"))
                .containsExactly(new FleetEvent.NodeGone(node("a", NodeState.GONE, 4, 0), "lost"));
    }
}
