package io.sluice.proto.resource;

import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.ListenerTls;
import io.sluice.proto.resource.v1.TcpForward;
import io.sluice.proto.resource.v1.TcpOptions;
import io.sluice.proto.resource.v1.TlsPassthrough;
import io.sluice.proto.resource.v1.UdpOptions;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The forwards of a listener itself: where its L4 connections go. Pure. */
public final class L4Forwards {
    private L4Forwards() {}

    /**
     * A forward and where it stands.
     *
     * @param field its path in the spec, such as {@code tcp.rules[0].forward}
     * @param rule the rule's name; empty where the listener has no rules
     */
    public record Place(String field, String rule, TcpForward forward) {}

    /** All of them, in the order of the rules; those passed through behind them. */
    public static List<Place> of(ListenerConfig listener) {
        List<Place> places = new ArrayList<>();
        mapped(
                listener,
                place -> {
                    places.add(place);
                    return place.forward();
                });
        return places;
    }

    /** The listener with each forward replaced by what the change makes of it. */
    public static ListenerConfig mapped(
            ListenerConfig listener, Function<Place, TcpForward> change) {
        return passedThrough(ofProtocol(listener, change), change);
    }

    private static ListenerConfig passedThrough(
            ListenerConfig listener, Function<Place, TcpForward> change) {
        if (listener.getTls().getPassthroughCount() == 0) {
            return listener;
        }
        ListenerTls.Builder tls = listener.getTls().toBuilder();
        for (int i = 0; i < tls.getPassthroughCount(); i++) {
            TlsPassthrough each = tls.getPassthrough(i);
            String field = "tls.passthrough[" + i + "].forward";
            TcpForward changed = change.apply(new Place(field, each.getName(), each.getForward()));
            if (each.hasForward()) {
                tls.getPassthroughBuilder(i).setForward(changed);
            }
        }
        return listener.toBuilder().setTls(tls).build();
    }

    private static ListenerConfig ofProtocol(
            ListenerConfig listener, Function<Place, TcpForward> change) {
        return switch (listener.getProtocolCase()) {
            case TCP -> listener.toBuilder().setTcp(mapped(listener.getTcp(), change)).build();
            case UDP -> {
                UdpOptions.Builder udp = listener.getUdp().toBuilder();
                if (udp.hasForward()) {
                    udp.setForward(change.apply(new Place("udp.forward", "", udp.getForward())));
                }
                yield listener.toBuilder().setUdp(udp).build();
            }
            case HTTP, PROTOCOL_NOT_SET -> listener;
        };
    }

    private static TcpOptions mapped(TcpOptions options, Function<Place, TcpForward> change) {
        TcpOptions.Builder tcp = options.toBuilder();
        if (tcp.hasForward()) {
            tcp.setForward(change.apply(new Place("tcp.forward", "", tcp.getForward())));
        }
        for (int i = 0; i < tcp.getRulesCount(); i++) {
            var place =
                    new Place(
                            "tcp.rules[" + i + "].forward",
                            tcp.getRules(i).getName(),
                            tcp.getRules(i).getForward());
            TcpForward changed = change.apply(place);
            // A rule without forward stays one: its absence is an error to be told of.
            if (tcp.getRules(i).hasForward()) {
                tcp.getRulesBuilder(i).setForward(changed);
            }
        }
        return tcp.build();
    }
}
