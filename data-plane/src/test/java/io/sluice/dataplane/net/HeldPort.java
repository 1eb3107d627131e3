package io.sluice.dataplane.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * A TCP port of the loopback address that is the test's alone, or some in a row: sockets hold them
 * that are bound and do not listen. Who connects is refused unless the test has somebody listen
 * beside them.
 *
 * <p>A port that nobody holds is no such port: the kernel may give it to another server, or to the
 * very client that connects to it, which then speaks with itself.
 */
public final class HeldPort implements AutoCloseable {
    // Below those that the kernel gives.
    private static final int ROW_MIN = 20_000;
    private static final int ROW_MAX = 30_000;

    private final List<Socket> holders = new ArrayList<>();

    /** Some port. */
    public HeldPort() throws IOException {
        hold(0);
    }

    private HeldPort(int first, int count) throws IOException {
        try {
            for (int i = 0; i < count; i++) {
                hold(first + i);
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Ports one behind the other. */
    public static HeldPort row(int count) throws IOException {
        for (int first = ROW_MIN; first < ROW_MAX; first += count) {
            if (isFree(first, count)) {
                return new HeldPort(first, count);
            }
        }
        throw new IOException("no " + count + " free ports in a row");
    }

    // Two may hold one port, so whether somebody does is asked without sharing.
    private static boolean isFree(int first, int count) {
        for (int port = first; port < first + count; port++) {
            try (var exclusive = new Socket()) {
                exclusive.setReuseAddress(false);
                exclusive.bind(at(port));
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    private void hold(int port) throws IOException {
        var holder = new Socket();
        holders.add(holder);
        // So that others who say the same may bind it, and listen.
        holder.setReuseAddress(true);
        holder.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        holder.bind(at(port));
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** The number of the first. */
    public int port() {
        return holders.getFirst().getLocalPort();
    }

    /** The first, as sockets take it. */
    public InetSocketAddress socketAddress() {
        return at(port());
    }

    /** The first, as resources name it. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    /** Listens at the first, with a queue of that length; to be closed by the caller. */
    public ServerSocket listen(int backlog) throws IOException {
        var server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(socketAddress(), backlog);
        return server;
    }

    @Override
    public void close() throws IOException {
        for (Socket holder : holders) {
            holder.close();
        }
    }
}
