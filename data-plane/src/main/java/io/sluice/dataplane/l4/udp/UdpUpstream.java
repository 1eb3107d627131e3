package io.sluice.dataplane.l4.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.pool.ConnectionPool;
import io.sluice.dataplane.net.DatagramConnection;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.LocalFault;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.ProxyHeaderWriter;
import io.sluice.dataplane.telemetry.EndpointMeter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * The endpoint that a session has now, the socket to it, and what is counted of it. Of its loop's
 * thread.
 */
final class UdpUpstream {
    private final UdpSession session;
    private final UdpServing serving;
    private final Loop loop;
    private final Cluster cluster;
    private final DownstreamSocket downstream;
    private final Newcomer newcomer;
    private final boolean samePort;
    private @Nullable Endpoint endpoint;
    private @Nullable EndpointMeter meter;
    private @Nullable DatagramConnection connection;
    private byte @Nullable [] header;
    private int attempts;

    /**
     * @param session which hears of what comes
     * @param samePort whether endpoints are sent to at the port that the client chose
     */
    UdpUpstream(
            UdpSession session,
            UdpServing serving,
            Cluster cluster,
            DownstreamSocket downstream,
            Newcomer newcomer,
            boolean samePort) {
        this.session = session;
        this.serving = serving;
        this.loop = serving.loop();
        this.cluster = cluster;
        this.downstream = downstream;
        this.newcomer = newcomer;
        this.samePort = samePort;
    }

    /** The last one tried; null before there is one. */
    @Nullable Endpoint endpoint() {
        return endpoint;
    }

    /** Its address; empty before there is one. */
    String addressText() {
        return endpoint == null ? "" : endpoint.addressText();
    }

    /** Endpoints tried so far. */
    int attempts() {
        return attempts;
    }

    /**
     * Opens a socket to an endpoint.
     *
     * @return why it could not; null if it is open
     */
    @Nullable Failure open(Endpoint picked) {
        attempts++;
        endpoint = picked;
        ConnectionPool pool = cluster.pool(loop, picked);
        EndpointMeter itsMeter = pool.meter();
        meter = itsMeter;
        if (header == null) {
            // The same for each datagram, wherever they go: its unique id names the session.
            header = pool.proxy().datagramHeader(party());
        }
        try {
            connection = open(pool, addressOf(picked));
        } catch (ChannelException e) {
            return Failure.OVER_LIMIT;
        } catch (IOException e) {
            return switch (LocalFault.ofDatagrams(e)) {
                case PORTS_EXHAUSTED -> Failure.PORTS_EXHAUSTED;
                case ADDRESS_MISSING -> Failure.SOURCE_ADDRESS_MISSING;
                case NONE -> {
                    itsMeter.connectFailures++;
                    yield Failure.CONNECT_FAILED;
                }
            };
        }
        itsMeter.requests++;
        itsMeter.connectionsOpened++;
        itsMeter.active++;
        picked.began(loop);
        return null;
    }

    private InetSocketAddress addressOf(Endpoint picked) {
        InetSocketAddress usual = picked.address();
        return samePort
                ? new InetSocketAddress(usual.getAddress(), downstream.local().getPort())
                : usual;
    }

    private ProxyHeaderWriter.Party party() {
        return new ProxyHeaderWriter.Party(
                newcomer.client(), downstream.local(), newcomer.arrival(), loop.random64());
    }

    // Out of file descriptors or local ports, one is got from the oldest session that nobody needs
    // for sure.
    private DatagramConnection open(ConnectionPool pool, InetSocketAddress to) throws IOException {
        try {
            return pool.connectDatagrams(to, session);
        } catch (ChannelException first) {
            serving.outOfSockets(first);
            if (!displaceAnother()) {
                throw first;
            }
        } catch (IOException first) {
            if (pool.localFault(first) != LocalFault.PORTS_EXHAUSTED || !displaceAnother()) {
                throw first;
            }
        }
        try {
            return pool.connectDatagrams(to, session);
        } catch (ChannelException again) {
            serving.outOfSockets(again);
            throw again;
        } catch (IOException again) {
            var _ = pool.localFault(again);
            throw again;
        }
    }

    @SuppressWarnings("ReferenceEquality") // This session.
    private boolean displaceAnother() {
        return serving.oldestUnestablished() != session && serving.displaceOldest();
    }

    /** Sends a datagram to the open socket, behind the header that endpoints want. */
    DatagramConnection.Sent send(ByteBuf datagram) {
        DatagramConnection to = Objects.requireNonNull(connection);
        int bytes = datagram.readableBytes();
        DatagramConnection.Sent outcome = send(to, datagram);
        if (outcome == DatagramConnection.Sent.TAKEN) {
            taken(bytes);
        }
        return outcome;
    }

    private DatagramConnection.Sent send(DatagramConnection to, ByteBuf datagram) {
        byte[] before = header;
        if (before == null || before.length == 0) {
            return to.send(datagram);
        }
        int bytes = datagram.readableBytes();
        ByteBuf whole = ByteBufAllocator.DEFAULT.directBuffer(before.length + bytes);
        try {
            whole.writeBytes(before).writeBytes(datagram, datagram.readerIndex(), bytes);
            return to.send(whole);
        } finally {
            whole.release();
        }
    }

    /** The kernel took later what {@link #send} gave it, with the headers. */
    void taken(int datagrams, int bytes) {
        byte[] before = header;
        taken(before == null ? bytes : bytes - datagrams * before.length);
    }

    private void taken(int bytes) {
        if (meter != null) {
            meter.bytesOut += bytes;
        }
    }

    /** A reply came. */
    void received(int bytes) {
        if (meter != null) {
            meter.bytesIn += bytes;
        }
    }

    /** The first one came, so long after the session began: somebody is there. */
    void answered(long micros) {
        if (meter != null) {
            meter.latency.record(micros);
        }
        if (endpoint != null) {
            serving.unreachable().remove(endpoint);
        }
    }

    /** Something went wrong that is the endpoint's. */
    void failed() {
        if (meter != null) {
            meter.failures++;
        }
    }

    /** Closes the socket, if it is open. */
    void close() {
        DatagramConnection open = connection;
        if (open == null || meter == null || endpoint == null) {
            return;
        }
        connection = null;
        meter.active--;
        endpoint.ended(loop);
        open.close();
    }
}
