package io.sluice.dataplane.l4.udp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;

class SessionTableTest {
    @Test
    void findsWhatAMapWouldFind() throws Exception {
        var random = new Random(7);
        var table = new SessionTable<TestEntry>(42);
        Map<InetSocketAddress, TestEntry> model = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            // A small space, so that clients come again; in waves, so that it grows and shrinks.
            int space = (i / 20_000) % 2 == 0 ? 3_000 : 40;
            InetSocketAddress client = client(random.nextInt(space));
            TestEntry known = model.get(client);
            assertThat(table.get(client, table.hash(client))).isSameAs(known);
            if (known == null) {
                var entry = new TestEntry(client, table.hash(client));
                table.add(entry);
                model.put(client, entry);
            } else if (random.nextInt(3) > 0) {
                table.remove(known);
                model.remove(client);
            }
            assertThat(table.size()).isEqualTo(model.size());
        }
        model.forEach(
                (client, entry) ->
                        assertThat(table.get(client, table.hash(client))).isSameAs(entry));
    }

    @Test
    void removingTwiceIsRemovingOnce() throws Exception {
        var table = new SessionTable<TestEntry>(1);
        InetSocketAddress client = client(1);
        var entry = new TestEntry(client, table.hash(client));
        table.add(entry);
        table.remove(entry);
        table.remove(entry);
        assertThat(table.size()).isZero();
    }

    @Test
    void addressesThatAddUpToTheSameDoNotCollide() throws Exception {
        // Java's own hash of an IPv6 address is the sum of its words, and of a port as well.
        var table = new SessionTable<TestEntry>(99);
        Set<Integer> hashes = new HashSet<>();
        Set<Integer> javaHashes = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            byte[] bytes = new byte[16];
            bytes[0] = 0x20;
            bytes[10] = (byte) (i >> 8);
            bytes[11] = (byte) i;
            int rest = 0xFFFF - i;
            bytes[14] = (byte) (rest >> 8);
            bytes[15] = (byte) rest;
            var client = new InetSocketAddress(InetAddress.getByAddress(bytes), 53);
            hashes.add(table.hash(client) & 1023);
            javaHashes.add(client.hashCode());
        }
        assertThat(javaHashes).hasSize(1);
        assertThat(hashes.size()).isGreaterThan(500);
    }

    private static InetSocketAddress client(int number) throws UnknownHostException {
        byte[] bytes =
                number % 2 == 0
                        ? new byte[] {10, 0, 0, (byte) (number / 2)}
                        : new byte[] {
                            0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) number
                        };
        return new InetSocketAddress(InetAddress.getByAddress(bytes), 1_024 + number);
    }

    private record TestEntry(InetSocketAddress client, int hash) implements SessionTable.Entry {}
}
