package io.sluice.dataplane.listener;

import io.sluice.dataplane.l4.tcp.TcpServing;
import io.sluice.dataplane.l4.tcp.TcpSpec;
import io.sluice.dataplane.l4.udp.SessionLimit;
import io.sluice.dataplane.l4.udp.UdpServing;
import io.sluice.dataplane.l7.stream.HttpServing;
import io.sluice.dataplane.net.Bandwidth;
import io.sluice.dataplane.net.ConnectionLimit;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.LoopMeters;

import java.time.InstantSource;

/** What all listeners of the node share. */
record ListenersContext(
        EventLoops loops,
        ListenerOptions options,
        ConnectionLimit nodeLimit,
        NodeClients nodeClients,
        PerLoop<LoopMeters> meters,
        AccessLog accessLog,
        InstantSource clock,
        PerLoop<Departures> departures) {
    TcpServing newTcpServing(Loop loop, String listener, TcpSpec spec, Bandwidth.OnLoop bandwidth) {
        return new TcpServing(loop, listener, spec, bandwidth, meters.at(loop), accessLog, clock);
    }

    Serving newServing(
            Loop loop,
            String listener,
            ListenerProtocol protocol,
            Bandwidth.OnLoop bandwidth,
            SessionLimit sessionLimit) {
        return switch (protocol) {
            case ListenerProtocol.Http http ->
                    new Serving.Http(
                            new HttpServing(
                                    loop,
                                    listener,
                                    http.spec(),
                                    http.routes(),
                                    bandwidth,
                                    meters.at(loop),
                                    accessLog));
            case ListenerProtocol.Tcp tcp ->
                    new Serving.Tcp(newTcpServing(loop, listener, tcp.spec(), bandwidth));
            case ListenerProtocol.Udp udp ->
                    new Serving.Udp(
                            new UdpServing(
                                    new UdpServing.Context(
                                            loop,
                                            listener,
                                            bandwidth,
                                            meters.at(loop),
                                            accessLog,
                                            clock,
                                            sessionLimit),
                                    udp.spec()));
        };
    }
}
