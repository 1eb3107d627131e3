package io.sluice.dataplane.listener;

import io.netty.channel.ChannelException;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.sluice.dataplane.l4.udp.DownstreamSocket;
import io.sluice.dataplane.net.DatagramTuning;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.SocketSpec;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The sockets of one local address and port: one per loop, among which the kernel chooses by the
 * client's address and port; without SO_REUSEPORT one whose datagrams are dealt out the same way.
 */
final class UdpAddress {
    private static final Logger log = LoggerFactory.getLogger(UdpAddress.class);

    /** For bursts and pauses; the kernel caps this at net.core.rmem_max. */
    private static final int RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

    private final EventLoops loops;
    private final UdpReceivers receivers;
    private final InetSocketAddress wanted;
    private final SocketSpec spec;
    private final List<DatagramChannel> channels = new ArrayList<>();

    // Of each channel, what it was given last, and the size of its send buffer before.
    private final List<SocketSpec> tuned = new ArrayList<>();
    private int sendBufferUsual;

    private UdpAddress(
            InetSocketAddress wanted, SocketSpec spec, EventLoops loops, UdpReceivers receivers) {
        this.wanted = wanted;
        this.spec = spec;
        this.loops = loops;
        this.receivers = receivers;
    }

    /** Binds it; completes exceptionally with an IOException that says why that failed. */
    static CompletableFuture<UdpAddress> bind(
            InetSocketAddress wanted,
            SocketSpec spec,
            EventLoops loops,
            UdpReceivers receivers,
            boolean probe) {
        var address = new UdpAddress(wanted, spec, loops, receivers);
        try {
            if (probe && loops.reusePort() && wanted.getPort() != 0) {
                probe(wanted);
            }
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        return address.bindOn(loops.at(0), wanted)
                .thenCompose(first -> address.bindOthers())
                .thenApply(done -> address)
                .whenComplete(
                        (done, failure) -> {
                            if (failure != null) {
                                address.close();
                            }
                        });
    }

    private static void probe(InetSocketAddress wanted) throws IOException {
        // Never read: what comes in the meantime is lost, as it would be had this not been bound.
        try (var channel =
                java.nio.channels.DatagramChannel.open(
                        wanted.getAddress() instanceof Inet6Address
                                ? StandardProtocolFamily.INET6
                                : StandardProtocolFamily.INET)) {
            channel.bind(wanted);
        }
    }

    private CompletableFuture<Void> bindOthers() {
        if (!loops.reusePort()) {
            return CompletableFuture.completedFuture(null);
        }
        List<CompletableFuture<Void>> others = new ArrayList<>();
        for (Loop loop : loops.all()) {
            if (loop.index() != 0) {
                others.add(bindOn(loop, local()));
            }
        }
        return CompletableFuture.allOf(others.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> bindOn(Loop loop, InetSocketAddress address) {
        var bound = new CompletableFuture<Void>();
        DatagramChannel channel;
        try {
            channel = loops.newDatagramChannel(loop, address);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        synchronized (channels) {
            channels.add(channel);
            int told = channel.config().getSendBufferSize();
            // The kernel tells twice of what it takes; Java knows.
            sendBufferUsual = channel instanceof UnixChannel ? told / 2 : told;
            tuned.add(SocketSpec.USUAL);
            tune(channels.size() - 1, spec);
        }
        channel.config().setAutoRead(false);
        if (loops.reusePort()) {
            channel.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
        }
        channel.pipeline().addLast(handler(loop, channel));
        loop.eventLoop()
                .register(channel)
                .addListener(
                        registered ->
                                channel.bind(address)
                                        .addListener(
                                                done -> {
                                                    if (done.isSuccess()) {
                                                        bound.complete(null);
                                                    } else {
                                                        bound.completeExceptionally(done.cause());
                                                    }
                                                }));
        return bound;
    }

    private UdpReceiveHandler handler(Loop loop, DatagramChannel channel) {
        List<Loop> receiving = loops.reusePort() ? List.of(loop) : loops.all();
        return new UdpReceiveHandler(
                receiving.stream()
                        .map(
                                own ->
                                        new UdpReceiveHandler.Lane(
                                                own,
                                                receivers.at(own),
                                                new DownstreamSocket(
                                                        own, channel, receivers.at(own))))
                        .toList());
    }

    /** Sets what is other than before, while it is used; on the loop. */
    void tune(Loop loop, SocketSpec changed) {
        synchronized (channels) {
            int index = loops.reusePort() ? loop.index() : 0;
            if (!tuned.get(index).equals(changed)) {
                tune(index, changed);
            }
        }
    }

    private void tune(int index, SocketSpec options) {
        DatagramChannel channel = channels.get(index);
        SocketSpec before = tuned.set(index, options);
        try {
            DatagramTuning.of(options, RECEIVE_BUFFER_BYTES)
                    .orSendBuffer(before.sendBufferBytes() == 0 ? 0 : sendBufferUsual)
                    .apply(channel, wanted);
        } catch (ChannelException e) {
            // Closed meanwhile, or an option that the kernel took no more.
            log.warn(
                    "event=socket-options-failed listener-address={} problem=\"{}\"",
                    wanted,
                    e.toString());
        }
    }

    /** Where it is bound, with the port that the system chose for 0. */
    InetSocketAddress local() {
        synchronized (channels) {
            InetSocketAddress local = channels.getFirst().localAddress();
            return local == null ? wanted : local;
        }
    }

    /** Begins to read what is for this loop; with one socket for all loops any of them will do. */
    void startReading(Loop loop) {
        synchronized (channels) {
            channels.get(loops.reusePort() ? loop.index() : 0).config().setAutoRead(true);
        }
    }

    void close() {
        synchronized (channels) {
            for (DatagramChannel channel : channels) {
                var _ = channel.close();
            }
        }
    }
}
