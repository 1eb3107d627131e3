package io.sluice.dataplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.telemetry.FlowQuery.Order;
import io.sluice.proto.Cidr;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

class FlowScanTest {
    private static final long NOW_NANOS = 1_000_000_000_000L;

    private record TestFlow(
            long id, long startNanos, long bytesIn, long bytesOut, InetSocketAddress client)
            implements LiveFlow {
        String cluster() {
            return "c" + id % 3;
        }

        String upstream() {
            return "10.0.0." + id % 2 + ":80";
        }

        @Override
        public boolean isAt(String cluster, String upstream) {
            return (cluster.isEmpty() || cluster.equals(cluster()))
                    && (upstream.isEmpty() || upstream.equals(upstream()));
        }

        @Override
        public InetSocketAddress local() {
            return client;
        }

        @Override
        public Flow describe(long nowNanos, long cutNanos) {
            return new Flow(
                    id,
                    "tcp",
                    client.getHostString(),
                    "l4",
                    "",
                    cluster(),
                    upstream(),
                    (nowNanos - startNanos) / 1_000_000,
                    bytesIn,
                    bytesOut,
                    TcpPath.UNKNOWN,
                    TcpPath.UNKNOWN,
                    0,
                    Flow.cutInMillis(nowNanos, cutNanos));
        }

        @Override
        public void cut(Failure why) {
            throw new AssertionError("only looked at");
        }
    }

    private static List<TestFlow> flows(int count) {
        var random = new Random(42);
        List<TestFlow> flows = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            flows.add(
                    new TestFlow(
                            i,
                            random.nextInt(1_000_000) * 1_000_000L,
                            random.nextInt(1_000),
                            random.nextInt(1_000),
                            new InetSocketAddress("192.0." + i % 4 + "." + i % 250, i % 60_000)));
        }
        return flows;
    }

    private static FlowQuery query(Order order, int rowsMax) {
        return new FlowQuery("", "", null, "", 0, false, order, rowsMax);
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void keepsTheFirstByEveryOrderAsSortingWould(Order order) {
        List<TestFlow> flows = flows(5_000);
        for (int rows : new int[] {0, 1, 7, 100, 6_000}) {
            FlowQuery query = query(order, rows);
            FlowScan one = new FlowScan(query);
            FlowScan other = new FlowScan(query);
            flows.forEach(flow -> (flow.id() % 2 == 0 ? one : other).see(flow));
            FlowPage page =
                    FlowPage.merged(List.of(one.page(NOW_NANOS), other.page(NOW_NANOS)), query);
            List<Long> ranks =
                    flows.stream()
                            .map(flow -> query.rank(flow.describe(NOW_NANOS, Leaving.NEVER)))
                            .sorted(Comparator.reverseOrder())
                            .limit(rows)
                            .toList();
            assertThat(page.flows()).extracting(query::rank).isEqualTo(ranks);
            assertThat(page.matched()).isEqualTo(5_000);
            assertThat(page.open()).isEqualTo(5_000);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | '' | '' | 0 | 100",
                "c1 | '' | '' | 0 | 34",
                "'' | 192.0.3.0/24 | '' | 0 | 25",
                "'' | 192.0.1.1 | '' | 0 | 1",
                "'' | '' | 10.0.0.1:80 | 0 | 50",
                "'' | '' | '' | 77 | 1",
                "c0 | '' | '' | 77 | 0"
            })
    void countsWhatIsMeant(String cluster, String client, String upstream, long id, long matched) {
        @Nullable Cidr network = client.isEmpty() ? null : Cidr.parse(client).orElseThrow();
        FlowScan scan =
                new FlowScan(
                        new FlowQuery(
                                "", cluster, network, upstream, id, false, Order.OLDEST, 1_000));
        flows(100).forEach(scan::see);
        assertThat(scan.matched()).isEqualTo(matched);
        assertThat(scan.kept()).hasSize((int) matched);
    }
}
