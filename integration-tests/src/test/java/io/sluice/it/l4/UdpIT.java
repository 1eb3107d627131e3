package io.sluice.it.l4;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.it.harness.Await;
import io.sluice.it.harness.Daemon;
import io.sluice.it.harness.TestFleet;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The examples of UDP as they are shipped, but for their addresses, in front of real programs. */
final class UdpIT {
    private static final int TICKS = 300;

    private static TestFleet fleet;
    private static Path directory;

    @BeforeAll
    static void start(@TempDir Path temporary) {
        directory = temporary;
        fleet = new TestFleet(temporary, 1);
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
    }

    @Test
    void dnsIsAnsweredByUdpAndTcpAlsoOnceOneOfTwoIsGone() throws Exception {
        String dnsmasq = Daemon.find("dnsmasq", "dnsmasq-base");
        String dig = Daemon.find("dig", "bind9-dnsutils");
        int first = Daemon.unusedPort();
        int second = Daemon.unusedPort();
        try (Daemon one = dnsmasq(dnsmasq, first);
                Daemon two = dnsmasq(dnsmasq, second)) {
            one.listensOn(first);
            two.listensOn(second);
            fleet.apply(
                    ExamplesIT.example(
                            "dns.yaml",
                            "0.0.0.0:5353",
                            "127.0.0.1:0",
                            "127.0.0.1:5301",
                            "127.0.0.1:" + first,
                            "127.0.0.1:5302",
                            "127.0.0.1:" + second));
            InetSocketAddress dns = fleet.node(1).listener("dns");
            InetSocketAddress tcp = fleet.node(1).listener("dns-tcp");
            assertThat(dig(dig, dns, "example.test", "a")).contains("192.0.2.7");
            assertThat(dig(dig, dns, "example.test", "aaaa")).contains("2001:db8::7");
            assertThat(dig(dig, tcp, "example.test", "a", "+tcp")).contains("192.0.2.7");
            // Too large for a datagram of a client without EDNS, which asks again over TCP.
            assertThat(dig(dig, dns, "large.test", "txt", "+noedns", "+ignore"))
                    .contains("flags: qr aa tc");
            assertThat(dig(dig, tcp, "large.test", "txt", "+tcp")).contains("x".repeat(200));
            assertThat(dig(dig, dns, "large.test", "txt", "+bufsize=4096"))
                    .contains("flags: qr aa rd", "x".repeat(200));
            one.stop();
            for (int i = 0; i < 6; i++) {
                assertThat(dig(dig, dns, "example.test", "a")).contains("192.0.2.7");
            }
            Await.until(
                    "statistics",
                    () -> fleet.ctl().run("stats").ok().out().contains("listener:dns"));
        }
    }

    private static Daemon dnsmasq(String program, int port) throws IOException {
        return Daemon.start(
                directory.resolve("dnsmasq-" + port + ".log"),
                program,
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--bind-interfaces",
                "--listen-address=127.0.0.1",
                "--port=" + port,
                "--pid-file=",
                "--user=" + System.getProperty("user.name"),
                "--edns-packet-max=4096",
                "--host-record=example.test,192.0.2.7,2001:db8::7",
                "--txt-record=large.test," + ("x".repeat(200) + ",").repeat(3) + "end");
    }

    private static String dig(
            String program, InetSocketAddress server, String name, String type, String... options)
            throws Exception {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "@" + server.getAddress().getHostAddress(),
                                "-p",
                                Integer.toString(server.getPort()),
                                name,
                                type,
                                "+tries=5"));
        arguments.addAll(List.of(options));
        return Daemon.run(program, arguments.toArray(String[]::new));
    }

    @Test
    void clientsAreKnownByTheProxyHeadersOfDnsdistAndToIt() throws Exception {
        String dnsdist = Daemon.find("dnsdist", "dnsdist");
        String dig = Daemon.find("dig", "bind9-dnsutils");
        int behind = Daemon.unusedPort();
        int front = Daemon.unusedPort();
        // It knows an answer for one client only, whom it can have from the header alone.
        String answers =
                """
                setLocal("127.0.0.1:%d")
                setProxyProtocolACL({"127.0.0.0/8"})
                known = newNMG()
                known:addMask("127.0.0.7/32")
                addAction(NetmaskGroupRule(known), SpoofAction("192.0.2.77"))
                addAction(AllRule(), SpoofAction("192.0.2.1"))
                newServer({ address = "127.0.0.1:9", healthCheckMode = "down" })
                """
                        .formatted(behind);
        try (Daemon server = dnsdist(dnsdist, "behind", answers)) {
            server.listensOn(behind);
            fleet.apply(
                    """
                    kind: Listener
                    name: told
                    spec:
                      address: 127.0.0.1:0
                      proxyProtocol: { from: [127.0.0.1] }
                      access: { deny: [127.0.0.9] }
                      udp: { perDatagram: {}, forward: { cluster: told } }
                    ---
                    kind: Cluster
                    name: told
                    spec: { endpoints: [{ address: "127.0.0.1:%d" }], proxyProtocol: v2 }
                    """
                            .formatted(behind));
            String asks =
                    """
                    setLocal("127.0.0.1:%d")
                    newServer({ address = "127.0.0.1:%d", useProxyProtocol = true, healthCheckMode = "up" })
                    """
                            .formatted(front, fleet.node(1).listener("told").getPort());
            try (Daemon client = dnsdist(dnsdist, "front", asks)) {
                client.listensOn(front);
                var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), front);
                assertThat(dig(dig, address, "x.test", "a", "-b", "127.0.0.7"))
                        .contains("192.0.2.77");
                assertThat(dig(dig, address, "x.test", "a", "-b", "127.0.0.8"))
                        .contains("192.0.2.1");
                String denied =
                        dig(dig, address, "x.test", "a", "-b", "127.0.0.9", "+tries=1", "+time=1");
                assertThat(denied).doesNotContain("192.0.2.");
            }
            // Who asked did not wait for it.
            Await.until(
                    "the refusal",
                    () -> fleet.ctl().run("offenders", "-o", "json").ok().out(),
                    offenders -> offenders.contains("127.0.0.9") && offenders.contains("told"));
        }
    }

    private static Daemon dnsdist(String program, String name, String config) throws IOException {
        Path file = directory.resolve(name + ".conf");
        // Without asking the internet for news about itself.
        Files.writeString(file, "setSecurityPollSuffix('')\nsetACL({'127.0.0.0/8'})\n" + config);
        return Daemon.start(
                directory.resolve(name + ".log"),
                program,
                "--supervised",
                "--disable-syslog",
                "-C",
                file.toString());
    }

    @Test
    void aGameKeepsItsServerWhileTheWeightsMove() throws Exception {
        try (var v1 = new GameServer("v1 ");
                var v2 = new GameServer("v2 ")) {
            fleet.apply(
                    ExamplesIT.example(
                            "game.yaml",
                            "0.0.0.0:7777",
                            "127.0.0.1:0",
                            "127.0.0.1:7701",
                            v1.address(),
                            ", { address: 127.0.0.1:7702 }",
                            "",
                            "127.0.0.1:7703",
                            v2.address()));
            InetSocketAddress game = fleet.node(1).listener("game");
            try (var player = new DatagramSocket();
                    var newcomer = new DatagramSocket()) {
                assertThat(ask(player, game, "hello")).isEqualTo("v1 hello");
                fleet.ctl().run("canary", "set", "listener:game", "game-v2=100").ok();
                List<Long> micros = new ArrayList<>();
                for (int tick = 0; tick < TICKS; tick++) {
                    long sent = System.nanoTime();
                    // Over loopback a tick has nowhere to get lost, and is sent once.
                    assertThat(ask(player, game, "tick " + tick)).isEqualTo("v1 tick " + tick);
                    micros.add((System.nanoTime() - sent) / 1_000);
                }
                assertThat(ask(newcomer, game, "hello")).isEqualTo("v2 hello");
                report(micros);
            }
        }
    }

    /** How even the round trips were: shown, not asserted, since it is the machine's as well. */
    private static void report(List<Long> micros) {
        List<Long> sorted = micros.stream().sorted().toList();
        double jitter = 0;
        for (int i = 1; i < micros.size(); i++) {
            // RFC 3550 section 6.4.1, with round trips in place of transits.
            jitter += (Math.abs(micros.get(i) - micros.get(i - 1)) - jitter) / 16;
        }
        System.out.printf(
                "udp game echo: %d ticks, p50 %d us, p99 %d us, jitter %.0f us%n",
                sorted.size(),
                sorted.get(sorted.size() / 2),
                sorted.get(sorted.size() * 99 / 100),
                jitter);
    }

    private static String ask(DatagramSocket socket, InetSocketAddress server, String text)
            throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        socket.setSoTimeout((int) Await.DEADLINE.toMillis());
        socket.send(new DatagramPacket(bytes, bytes.length, server));
        var reply = new DatagramPacket(new byte[1_500], 1_500);
        socket.receive(reply);
        return new String(reply.getData(), 0, reply.getLength(), StandardCharsets.US_ASCII);
    }
}
