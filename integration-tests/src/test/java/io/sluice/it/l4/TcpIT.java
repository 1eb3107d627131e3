package io.sluice.it.l4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.it.harness.Ctl;
import io.sluice.it.harness.Daemon;
import io.sluice.it.harness.RawClient;
import io.sluice.it.harness.ScriptedUpstream;
import io.sluice.it.harness.TestFleet;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

final class TcpIT {
    private static TestFleet fleet;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        fleet = new TestFleet(directory, 1);
        ScriptedUpstream echo = fleet.own(new ScriptedUpstream(TcpIT::echo));
        fleet.apply(
                """
                kind: Listener
                name: echo
                spec: { address: "127.0.0.1:0", tcp: { forward: { cluster: echo } } }
                ---
                kind: Listener
                name: few
                spec: { address: "127.0.0.1:0", tcp: { forward: { cluster: echo }, connectionsMax: 1 } }
                ---
                kind: Listener
                name: dead
                spec: { address: "127.0.0.1:0", tcp: { forward: { cluster: dead } } }
                ---
                kind: Cluster
                name: echo
                spec: { endpoints: [ { address: "127.0.0.1:%d" }, { address: "%s" } ] }
                ---
                kind: Cluster
                name: dead
                spec: { endpoints: [ { address: "127.0.0.1:%d" } ] }
                """
                        .formatted(Daemon.unusedPort(), echo.address(), Daemon.unusedPort()));
    }

    @AfterAll
    static void stop() throws Exception {
        fleet.close();
    }

    private static void echo(Socket connection) throws IOException {
        connection.getInputStream().transferTo(connection.getOutputStream());
        connection.getOutputStream().write("end\n".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void relaysAndForwardsAHalfClose() throws Exception {
        // One of the two endpoints refuses: every connection ends up at the other one all the same.
        for (int i = 0; i < 4; i++) {
            try (RawClient client = new RawClient(fleet.node(1).listener("echo"))) {
                client.send("hello\n");
                client.socket().shutdownOutput();
                assertThat(client.readAll()).isEqualTo("hello\nend\n");
            }
        }
    }

    @Test
    void closesWhereNobodyCanTakeTheConnection() throws Exception {
        try (RawClient client = new RawClient(fleet.node(1).listener("dead"))) {
            assertThat(client.readAll()).isEmpty();
        }
    }

    @Test
    void shiftsTheWeightsOfOneRuleWhileItsConnectionsStay() throws Exception {
        ScriptedUpstream old =
                fleet.own(new ScriptedUpstream(connection -> say(connection, "old")));
        ScriptedUpstream fresh =
                fleet.own(new ScriptedUpstream(connection -> say(connection, "new")));
        fleet.apply(
                """
                kind: Listener
                name: ruled
                spec:
                  address: "127.0.0.1:0"
                  tcp:
                    rules:
                      - name: elsewhere
                        match: { sources: [192.0.2.0/24] }
                        forward: { split: [{ cluster: fresh, weight: 1 }] }
                      - name: here
                        match: { sources: [127.0.0.0/8] }
                        forward: { split: [{ cluster: old, weight: 1 }, { cluster: fresh, weight: 0 }] }
                ---
                kind: Cluster
                name: old
                spec: { endpoints: [{ address: "%s" }] }
                ---
                kind: Cluster
                name: fresh
                spec: { endpoints: [{ address: "%s" }] }
                """
                        .formatted(old.address(), fresh.address()));
        try (RawClient before = new RawClient(fleet.node(1).listener("ruled"))) {
            assertThat(before.readUntil("\n")).isEqualTo("old\n");
            Ctl.Result set = fleet.ctl().run("canary", "set", "listener:ruled/here", "fresh=100");
            assertThat(set.exit()).as(set.err()).isZero();
            for (int i = 0; i < 4; i++) {
                try (RawClient after = new RawClient(fleet.node(1).listener("ruled"))) {
                    assertThat(after.readUntil("\n")).isEqualTo("new\n");
                }
            }
            before.send("and still\n");
            assertThat(before.readUntil("\n")).isEqualTo("and still\n");
        }
        Ctl.Result status = fleet.ctl().run("canary", "status", "listener:ruled/here");
        assertThat(status.out()).contains("listener:ruled/here");
    }

    private static void say(Socket connection, String name) throws IOException {
        connection.getOutputStream().write((name + "\n").getBytes(StandardCharsets.US_ASCII));
        connection.getInputStream().transferTo(connection.getOutputStream());
    }

    @Test
    void keepsToTheConnectionLimit() throws Exception {
        try (RawClient first = new RawClient(fleet.node(1).listener("few"))) {
            assertThat(first.send("a\n").readUntil("\n")).isEqualTo("a\n");
            try (RawClient second = new RawClient(fleet.node(1).listener("few"))) {
                assertThat(second.readAll()).isEmpty();
            }
            assertThat(first.send("b\n").readUntil("\n")).isEqualTo("b\n");
        }
    }

    @Test
    void liveConnectionsAreListedAndKilled() throws Exception {
        try (RawClient client = new RawClient(fleet.node(1).listener("echo"))) {
            assertThat(client.send("hello\n").readUntil("\n")).isEqualTo("hello\n");
            Ctl.Result list = fleet.ctl().run("connections", "--listener", "echo", "-o", "json");
            assertThat(list.exit()).as(list.err()).isZero();
            assertThat(list.out())
                    .contains("\"protocol\": \"tcp\"")
                    .contains("\"bytesIn\": 6")
                    .contains("\"bytesOut\": 6")
                    .contains("\"totalSize\": 1");
            fleet.ctl().run("connections", "kill", "--listener", "echo").ok();
            assertThat(client.send("still\n").readUntil("\n")).isEqualTo("still\n");
            fleet.ctl().run("connections", "kill", "--listener", "echo", "--yes").ok();
            // Not an end in order, which would look like the upstream's own.
            assertThatThrownBy(client::readAll).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void anOpenConnectionOutlivesItsListener() throws Exception {
        String listener =
                """
                kind: Listener
                name: passing
                spec: { address: "127.0.0.1:0", tcp: { forward: { cluster: echo } } }
                """;
        fleet.apply(listener);
        try (RawClient client = new RawClient(fleet.node(1).listener("passing"))) {
            assertThat(client.send("a\n").readUntil("\n")).isEqualTo("a\n");
            fleet.ctl().run("delete", "listener", "passing").ok();
            assertThat(client.send("b\n").readUntil("\n")).isEqualTo("b\n");
        }
    }
}
