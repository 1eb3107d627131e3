package io.sluice.dataplane.telemetry;

import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.telemetry.FlowQuery.Order;
import io.sluice.proto.Cidr;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** A page of 100 out of many live flows, as one loop finds it; the loop does nothing else then. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FlowScanBenchmark {
    private static final int ROWS = 100;

    @Param({"1000", "100000"})
    public int flows;

    @Param({"", "192.0.2.0/24"})
    public String client = "";

    private final Set<LiveFlow> live = new HashSet<>();

    /** A flow without a socket. */
    private static final class Idle implements LiveFlow {
        private final long id;
        private final long startNanos;
        private final InetSocketAddress client;

        Idle(long id, long startNanos, InetSocketAddress client) {
            this.id = id;
            this.startNanos = startNanos;
            this.client = client;
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public long startNanos() {
            return startNanos;
        }

        @Override
        public long bytesIn() {
            return id;
        }

        @Override
        public long bytesOut() {
            return id;
        }

        @Override
        public boolean isAt(String cluster, String upstream) {
            return (cluster.isEmpty() || cluster.equals("cluster"))
                    && (upstream.isEmpty() || upstream.equals("10.0.0.1:80"));
        }

        @Override
        public @Nullable InetSocketAddress local() {
            return null;
        }

        @Override
        public @Nullable InetSocketAddress client() {
            return client;
        }

        @Override
        public Flow describe(long nowNanos, long cutNanos) {
            return new Flow(
                    id,
                    "tcp",
                    client.toString(),
                    "listener",
                    "listener:listener",
                    "cluster",
                    "10.0.0.1:80",
                    (nowNanos - startNanos) / 1_000_000,
                    bytesIn(),
                    bytesOut(),
                    TcpPath.UNKNOWN,
                    TcpPath.UNKNOWN,
                    0,
                    Flow.cutInMillis(nowNanos, cutNanos));
        }

        @Override
        public void cut(Failure why) {
            throw new IllegalStateException("only looked at");
        }
    }

    /** Makes the flows. */
    @Setup
    public void create() {
        var random = new SplittableRandom(42);
        for (int i = 0; i < flows; i++) {
            live.add(
                    new Idle(
                            i,
                            random.nextLong(1_000_000_000L),
                            new InetSocketAddress("192.0." + i % 4 + "." + i % 250, i % 60_000)));
        }
    }

    /** One page, oldest first. */
    @Benchmark
    public FlowPage page() {
        var query =
                new FlowQuery(
                        "", "", Cidr.parse(client).orElse(null), "", 0, false, Order.OLDEST, ROWS);
        var scan = new FlowScan(query);
        live.forEach(scan::see);
        return scan.page(2_000_000_000L);
    }
}
