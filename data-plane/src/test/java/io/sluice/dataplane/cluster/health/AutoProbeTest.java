package io.sluice.dataplane.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.ProxySending;
import io.sluice.dataplane.net.TestTransport;
import io.sluice.dataplane.net.UpstreamSocketSpec;
import io.sluice.dataplane.tls.ClientTls;
import io.sluice.dataplane.tls.ClientTlsSpec;
import io.sluice.dataplane.tls.TestPki;
import io.sluice.dataplane.tls.TlsContexts;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** Checks of clusters of protocol auto ask in what the endpoint agrees to. */
final class AutoProbeTest {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final String OK_OVER_HTTP2 = "00000004000000000000000101050000000188";

    @ParameterizedTest
    @CsvSource({"h2, PRI", "http/1.1, GET", "'', GET"})
    void asksInWhatWasAgreedOn(String takes, String begins) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                new TestPki()
                        .issue("up", Algorithm.ecp256, "up.example")
                        .toKeyManagerFactory()
                        .getKeyManagers(),
                null,
                null);
        BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        BlockingQueue<String> judged = new LinkedBlockingQueue<>();
        EventLoops loops = EventLoops.open(TestTransport.get(), 1);
        try (SSLServerSocket server =
                (SSLServerSocket)
                        context.getServerSocketFactory()
                                .createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answer(server, takes, asked));
            Loop loop = loops.at(0);
            ClientTls tls =
                    TlsContexts.open()
                            .client(
                                    new ClientTlsSpec(
                                            List.of(), "", false, List.of("h2", "http/1.1")));
            var spec =
                    new HealthCheckSpec(
                            new Probe.Http("/healthz", "", UpstreamProtocol.AUTO),
                            1_000_000_000,
                            60_000_000_000L,
                            1,
                            1,
                            tls,
                            ProxySending.NONE,
                            UpstreamSocketSpec.USUAL);
            var address = (InetSocketAddress) server.getLocalSocketAddress();
            loop.execute(
                    () ->
                            new ProbeAttempt(loop, spec, address, "up", judged::add)
                                    .start(loops, loop));
            assertThat(asked.poll(60, TimeUnit.SECONDS)).isEqualTo(begins);
            assertThat(judged.poll(60, TimeUnit.SECONDS)).isEmpty();
        } finally {
            loops.close();
        }
    }

    private static void answer(SSLServerSocket server, String takes, BlockingQueue<String> asked) {
        try (SSLSocket socket = (SSLSocket) server.accept()) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(
                    takes.isEmpty() ? new String[0] : new String[] {takes});
            socket.setSSLParameters(parameters);
            byte[] begin = socket.getInputStream().readNBytes(PREFACE.length());
            String text = new String(begin, ISO_8859_1);
            asked.add(text.substring(0, 3));
            socket.getOutputStream()
                    .write(
                            text.equals(PREFACE)
                                    ? HexFormat.of().parseHex(OK_OVER_HTTP2)
                                    : "HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            assertThat(socket.getInputStream().readAllBytes()).isNotNull();
        } catch (IOException e) {
            asked.add(e.toString());
        }
    }
}
