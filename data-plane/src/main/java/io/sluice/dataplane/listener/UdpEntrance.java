package io.sluice.dataplane.listener;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.l4.udp.Newcomer;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.ProxyHeader;
import io.sluice.dataplane.net.ProxyHeaderReader;
import io.sluice.dataplane.telemetry.ListenerMeter;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * What happens to the datagrams of one listener and loop before a session takes them: the PROXY
 * header is read and taken off, and new clients are let in or not. What is refused is dropped,
 * counted and, some of it, logged. Of the loop's thread.
 */
final class UdpEntrance {
    private final Loop loop;
    private final ListenerMeter meter;
    private final Admission admission;
    private final EarlyLog log;
    private final ProxyHeaderReader reader = new ProxyHeaderReader();
    private @Nullable ProxyTrust trust;

    UdpEntrance(Loop loop, ListenerMeter meter, Admission admission, EarlyLog log) {
        this.loop = loop;
        this.meter = meter;
        this.admission = admission;
        this.log = log;
    }

    /** What holds from now on, for the datagrams of open sessions too. */
    void apply(EarlySpec wanted) {
        trust = wanted.proxy();
    }

    /**
     * Takes the header off a datagram.
     *
     * @return what it says; null if the datagram is to be dropped
     */
    @Nullable Arrival arrival(InetSocketAddress peer, ByteBuf datagram) {
        ProxyTrust wanted = trust;
        if (wanted == null) {
            return Arrival.PLAIN;
        }
        if (!wanted.from().contains(peer.getAddress().getAddress())) {
            meter.connectionsDenied++;
            drop(peer, Failure.PROXY_PEER_UNTRUSTED);
            return null;
        }
        switch (reader.readDatagram(datagram)) {
            case COMPLETE -> {
                ProxyHeader header = reader.header();
                return new Arrival(header.source(), false, "", "", List.of(), false, header.tlvs());
            }
            case NONE -> {
                if (!wanted.required()) {
                    return Arrival.PLAIN;
                }
                meter.handshakeFailures++;
                drop(peer, Failure.PROXY_HEADER_MISSING);
            }
            case BAD, INCOMPLETE -> {
                meter.handshakeFailures++;
                drop(peer, Failure.PROXY_HEADER_BAD);
            }
        }
        return null;
    }

    /** Lets a client without session in; null if it may not. */
    @Nullable Newcomer admit(InetSocketAddress peer, Arrival arrival) {
        if (admission.open()) {
            return new Newcomer(peer, arrival, Admitted.UNCOUNTED);
        }
        InetSocketAddress client = arrival.clientOr(peer);
        Admitted admitted = admission.admit(loop, client.getAddress().getAddress());
        if (admitted == null) {
            meter.connectionsDenied++;
            drop(client, Failure.ACCESS_DENIED);
            return null;
        }
        return new Newcomer(peer, arrival, admitted);
    }

    private void drop(InetSocketAddress who, Failure why) {
        meter.datagramsDropped++;
        log.refused(who, why);
    }
}
