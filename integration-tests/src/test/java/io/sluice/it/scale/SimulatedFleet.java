package io.sluice.it.scale;

import com.google.protobuf.ByteString;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sluice.proto.discovery.v1.Offer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Many simulated nodes, each with a connection of its own, on two event loops. */
final class SimulatedFleet implements AutoCloseable {
    private static final int EVENT_LOOPS = 2;

    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(
                    EVENT_LOOPS,
                    new DefaultThreadFactory("simulated", true),
                    NioIoHandler.newFactory());
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final ConcurrentHashMap<ByteString, SimulatedState> states = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final boolean everyNodeComputes;

    /**
     * @param everyNodeComputes each node applies each delta and computes the digest by itself;
     *     otherwise the first one to reach a state does it for all, as on a machine that has fewer
     *     cores than there are nodes
     */
    SimulatedFleet(InetSocketAddress address, int count, boolean everyNodeComputes) {
        this.everyNodeComputes = everyNodeComputes;
        for (int i = 0; i < count; i++) {
            ManagedChannel channel =
                    NettyChannelBuilder.forAddress(address)
                            .usePlaintext()
                            .directExecutor()
                            .eventLoopGroup(loops)
                            .channelType(NioSocketChannel.class)
                            .build();
            channels.add(channel);
            nodes.add(new SimulatedNode(this, "node-" + i, channel));
        }
    }

    void connect() {
        connect(0, nodes.size());
    }

    void connect(int from, int to) {
        nodes.subList(from, to).forEach(SimulatedNode::connect);
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    /** What went wrong so far. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    void failed(String what) {
        failures.add(what);
    }

    void after(long millis, Runnable task) {
        var _ = loops.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    /** The state an offer leads to; one object for all nodes that have it. */
    SimulatedState shared(Offer offer, SimulatedState from, Supplier<SimulatedState> compute) {
        if (!everyNodeComputes) {
            return states.computeIfAbsent(offer.getVersion().getDigest(), _ -> compute.get());
        }
        SimulatedState computed = compute.get();
        SimulatedState known = states.putIfAbsent(computed.digest(), computed);
        return known == null ? computed : known;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
