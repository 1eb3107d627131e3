package io.sluice.dataplane.l7.stream;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** One end of a real connection. */
interface WireConnection extends Closeable {
    /** What carries HTTP between two ends. */
    enum Wire {
        H1(false, false),
        H1_TLS(false, true),
        H2C(true, false),
        H2_TLS(true, true);

        final boolean http2;
        final boolean tls;

        Wire(boolean http2, boolean tls) {
            this.http2 = http2;
            this.tls = tls;
        }

        String alpn() {
            return http2 ? "h2" : "http/1.1";
        }
    }

    /** The next stream of a client. */
    WireStream open() throws IOException;

    /** Serves streams that come, each by {@code service}, until the connection ends. */
    void serve(Service service) throws Exception;

    /** What is done with a request; what it throws but IOException fails the test. */
    interface Service {
        void serve(WireStream stream) throws Exception;
    }

    /** Waits until the other end has ended the connection as it should. */
    boolean ends() throws IOException;

    /** Ends this end's side; the other end may still send. */
    void endOutput() throws IOException;

    /** The socket itself, under TLS if there is any. */
    Socket plain();

    /** Puts one end on a socket, after the handshake if there is one. */
    static WireConnection on(Wire wire, Socket plain, SSLContext tls, boolean client)
            throws IOException {
        plain.setTcpNoDelay(true);
        plain.setSoTimeout(WireStream.READ_MILLIS_MAX);
        Socket socket = wire.tls ? secure(wire, plain, tls, client) : plain;
        return wire.http2
                ? new Http2Wire(plain, socket, client)
                : new Http1Wire(plain, socket, client);
    }

    private static SSLSocket secure(Wire wire, Socket plain, SSLContext tls, boolean client)
            throws IOException {
        SSLSocket socket =
                (SSLSocket) tls.getSocketFactory().createSocket(plain, "127.0.0.1", 0, true);
        socket.setUseClientMode(client);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {wire.alpn()});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        if (!socket.getApplicationProtocol().equals(wire.alpn())
                && !(socket.getApplicationProtocol().isEmpty() && !wire.http2)) {
            throw new IOException(
                    "agreed on "
                            + socket.getApplicationProtocol()
                            + " instead of "
                            + Arrays.toString(parameters.getApplicationProtocols()));
        }
        return socket;
    }
}
