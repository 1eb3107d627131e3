package io.sluice.it.l4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.it.harness.Await;
import io.sluice.it.harness.Ctl;
import io.sluice.it.harness.RawClient;
import io.sluice.it.harness.ScriptedUpstream;
import io.sluice.it.harness.TestFleet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** An endpoint taken out of service by hand: its count goes to zero, or its deadline comes. */
final class DrainIT {
    @Test
    void anEndpointIsDrainedAndPutBack(@TempDir Path directory) throws Exception {
        try (TestFleet fleet = new TestFleet(directory, 1)) {
            ScriptedUpstream one = fleet.own(new ScriptedUpstream(socket -> say(socket, "one")));
            ScriptedUpstream two = fleet.own(new ScriptedUpstream(socket -> say(socket, "two")));
            String cluster =
                    """
                    kind: Cluster
                    name: c
                    spec:
                      drainTimeout: %s
                      endpoints: [{ address: "%s", weight: 1000 }, { address: "%s", weight: 1 }]
                    """;
            fleet.apply(
                    """
                    kind: Listener
                    name: l4
                    spec: { address: "127.0.0.1:0", tcp: { forward: { cluster: c } } }
                    ---
                    """
                            + cluster.formatted("1h", one.address(), two.address()));
            Ctl ctl = fleet.ctl();
            RawClient client = at(fleet, "one\n");
            assertThat(ctl.run("drain", "endpoint", "c", one.address(), "--wait=false").exit())
                    .isZero();
            // Stored is what it is then; nodes come next.
            Await.until(
                    "the node has it",
                    () ->
                            fleet.controlPlane().get("/status").path("nodes").path("active").asInt()
                                    == 1);
            assertThat(ctl.run("connections", "--draining").ok().out()).contains(one.address());
            try (RawClient other = new RawClient(fleet.node(1).listener("l4"))) {
                assertThat(other.readUntil("\n")).isEqualTo("two\n");
            }
            Ctl.Result late = ctl.run("drain", "endpoint", "c", one.address(), "--timeout", "1s");
            assertThat(late.err()).contains("goes on draining, 1 connection left");
            assertThat(late.exit()).isEqualTo(3);

            client.close();
            Ctl.Result drained = ctl.run("drain", "endpoint", "c", one.address());
            assertThat(drained.err()).contains("endpoint " + one.address() + " is drained");
            assertThat(drained.exit()).isZero();

            ctl.run("drain", "endpoint", "c", one.address(), "--undo").ok();
            RawClient again = at(fleet, "one\n");
            fleet.apply(cluster.formatted("10ms", one.address(), two.address()));
            ctl.run("drain", "endpoint", "c", one.address()).ok();
            // The deadline ended it.
            assertThatThrownBy(again::readAll).isInstanceOf(SocketException.class);
            again.close();
        }
    }

    private static RawClient at(TestFleet fleet, String name) throws IOException {
        for (int i = 0; i < 100; i++) {
            RawClient client = new RawClient(fleet.node(1).listener("l4"));
            if (client.readUntil("\n").equals(name)) {
                return client;
            }
            client.close();
        }
        throw new AssertionError("nobody got to " + name);
    }

    private static void say(Socket connection, String name) throws IOException {
        connection.getOutputStream().write((name + "\n").getBytes(StandardCharsets.US_ASCII));
        connection.getInputStream().transferTo(connection.getOutputStream());
    }
}
