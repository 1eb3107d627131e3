package io.sluice.controlplane.discovery;

import static io.sluice.controlplane.snapshot.TestConfig.share;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.controlplane.fleet.Activation;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.FleetEvent;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.controlplane.fleet.StatsHistory;
import io.sluice.controlplane.rollout.RolloutEvent;
import io.sluice.controlplane.rollout.RolloutLoop;
import io.sluice.controlplane.snapshot.DesiredState;
import io.sluice.controlplane.snapshot.TestConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The door and the loop behind it, over real sockets, and a store that takes what nodes wish. */
abstract class DiscoveryFixture {
    static final int WRITES_MAX = 100;

    final TestConfig config = new TestConfig();
    volatile DesiredState desired = config.state();
    final BlockingQueue<FleetEvent> events = new LinkedBlockingQueue<>();
    final List<TestNode> nodes = new ArrayList<>();
    final Semaphore drainWrites = new Semaphore(WRITES_MAX);
    final Semaphore drainRefusals = new Semaphore(0);
    volatile boolean storeBroken;
    private final StatsHistory stats = new StatsHistory(InstantSource.system());
    Fleet fleet;
    RolloutLoop rollout;
    DiscoveryServer server;

    @BeforeEach
    final void start() throws IOException {
        start(options());
    }

    final void start(DiscoveryOptions options) throws IOException {
        PrometheusRegistry registry = new PrometheusRegistry();
        fleet = new Fleet(this::storeDrained);
        fleet.onChange(events::add);
        rollout = RolloutLoop.start(() -> desired, fleet, InstantSource.system(), registry);
        server = DiscoveryServer.start(options, rollout, fleet, stats, registry);
    }

    static DiscoveryOptions options() {
        return DiscoveryOptions.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private void storeDrained(String node, boolean drained) {
        drainWrites.acquireUninterruptibly();
        if (storeBroken) {
            drainRefusals.release();
            throw new IllegalStateException("the disk is full");
        }
        if (drained) {
            config.drained.add(node);
        } else {
            config.drained.remove(node);
        }
        publish(config.state());
    }

    @AfterEach
    final void stop() {
        nodes.forEach(TestNode::close);
        rollout.close();
        server.close();
    }

    final TestNode node(String name, String bootId) {
        TestNode node = new TestNode(server.address(), name, bootId);
        nodes.add(node);
        return node;
    }

    final TestNode connected(String name) throws Exception {
        TestNode node = node(name, "boot-" + name).connect().welcomed();
        node.activate(node.nextOffer());
        return node;
    }

    final void publish(DesiredState state) {
        desired = state;
        rollout.post(new RolloutEvent.StoreChanged());
    }

    final long commit() {
        publish(config.commit());
        return config.revision;
    }

    final Activation settled(long revision) throws Exception {
        return fleet.whenSettled(revision, 1).get(60, TimeUnit.SECONDS);
    }

    final NodeView await(String name, Predicate<NodeView> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() - deadline < 0) {
            NodeView node = fleet.view().node(name).orElse(null);
            if (node != null && condition.test(node)) {
                return node;
            }
            events.poll(10, TimeUnit.MILLISECONDS);
        }
        throw new AssertionError("never so: " + fleet.view().node(name));
    }

    final void shop() {
        config.httpListener("web")
                .route("shop", List.of("web"), share("v1", 95), share("v2", 5))
                .cluster("v1", "10.0.0.1:80")
                .cluster("v2", "10.0.0.2:80");
    }
}
