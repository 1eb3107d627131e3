package io.sluice.controlplane.storage;

import static io.sluice.controlplane.storage.Samples.change;
import static io.sluice.controlplane.storage.Samples.cluster;
import static io.sluice.controlplane.storage.Samples.delete;
import static io.sluice.controlplane.storage.Samples.overwriteWeights;
import static io.sluice.controlplane.storage.Samples.rollback;
import static io.sluice.controlplane.storage.Samples.route;
import static io.sluice.controlplane.storage.Samples.upsert;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.storage.ChangeResult.Reason;
import io.sluice.proto.Problem;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.Splits;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.TreeMap;

/** To whom weights belong: what the store promises, on every database. */
abstract class StoreOwnershipContract extends StoreFixture {
    private static final ResourceKey SHOP = new ResourceKey(Kind.ROUTE, "shop");

    @Test
    void weightsLeftOutKeepTheStoredOnes() {
        shop("a=90", "b=10");
        applied(upsert(cluster("c", 1), route("shop", "web", "a", "b", "c")));
        assertThat(weights()).isEqualTo(Map.of("a", 90, "b", 10, "c", 0));
        applied(upsert(route("shop", "web", "a=50", "b", "c")));
        assertThat(weights()).isEqualTo(Map.of("a", 50, "b", 10, "c", 0));
    }

    @Test
    void canaryWeightsBelongToTheCanary() {
        shop("a=100", "b=0");
        applied(change(new Operation.SetWeights("shop/main", Map.of("b", 10))));
        assertThat(weights()).isEqualTo(Map.of("a", 90, "b", 10));
        assertThat(store.current().canaries()).containsOnlyKeys("shop/main");
        assertThat(stored(Kind.ROUTE, "shop").canarySplits()).containsExactly("shop/main");

        assertThat(
                        rejected(Reason.WEIGHTS_OWNED, upsert(route("shop", "web", "a=100", "b=0")))
                                .problems())
                .singleElement()
                .satisfies(
                        problem ->
                                assertThat(problem.toString())
                                        .contains("shop/main", "ann", "--overwrite-weights"));
        rejected(Reason.WEIGHTS_OWNED, upsert(route("shop", "web", "a=1")));
        assertThat(store.apply(upsert(route("shop", "web", "a", "b"))))
                .isInstanceOf(ChangeResult.Unchanged.class);
        assertThat(store.apply(upsert(route("shop", "web", "a=90", "b=10"))))
                .isInstanceOf(ChangeResult.Unchanged.class);

        reopen();
        assertThat(stored(Kind.ROUTE, "shop").canarySplits()).containsExactly("shop/main");
        rejected(Reason.WEIGHTS_OWNED, upsert(route("shop", "web", "a=100", "b=0")));
        applied(overwriteWeights(upsert(route("shop", "web", "a=100", "b=0"))));
        assertThat(store.current().canaries()).isEmpty();
        assertThat(stored(Kind.ROUTE, "shop").canarySplits()).isEmpty();
    }

    @Test
    void canarySetFindsTheOnlySplitAndNamesWhatIsWrong() {
        shop("a=100", "b=0");
        applied(change(new Operation.SetWeights("shop", Map.of("b", 100))));
        assertThat(weights()).isEqualTo(Map.of("a", 0, "b", 100));
        rejected(Reason.NOT_FOUND, change(new Operation.SetWeights("shop/other", Map.of("b", 1))));
        rejected(Reason.NOT_FOUND, change(new Operation.SetWeights("shoop/main", Map.of("b", 1))));
        rejected(Reason.MALFORMED, change(new Operation.SetWeights("/", Map.of("b", 1))));
        rejected(Reason.INVALID, change(new Operation.SetWeights("shop/main", Map.of("zzz", 1))));
        rejected(Reason.INVALID, change(new Operation.SetWeights("shop/main", Map.of("b", 101))));
    }

    @Test
    void releaseEndsOwnershipWithoutARevision() {
        shop("a=100", "b=0");
        applied(change(new Operation.SetWeights("shop/main", Map.of("b", 10))));
        assertThat(store.apply(change(new Operation.ReleaseWeights("shop/main"))))
                .isInstanceOf(ChangeResult.Unchanged.class);
        assertThat(store.current().canaries()).isEmpty();
        assertThat(store.current().revision()).isEqualTo(2);
        reopen();
        assertThat(store.current().canaries()).isEmpty();
        applied(upsert(route("shop", "web", "a=100", "b=0")));
        assertThat(store.apply(change(new Operation.ReleaseWeights("shop"))))
                .isInstanceOfSatisfying(
                        ChangeResult.Unchanged.class,
                        unchanged ->
                                assertThat(unchanged.warnings())
                                        .singleElement()
                                        .extracting(Problem::code)
                                        .isEqualTo("NOT_OWNED"));
    }

    @Test
    void deletionAndRollbackEndOwnership() {
        shop("a=100", "b=0");
        applied(change(new Operation.SetWeights("shop", Map.of("b", 10))));
        applied(upsert(cluster("unrelated", 1)));
        assertThat(store.rollback(rollback(2))).isInstanceOf(ChangeResult.Applied.class);
        assertThat(store.current().canaries()).hasSize(1);
        assertThat(store.rollback(rollback(1))).isInstanceOf(ChangeResult.Applied.class);
        assertThat(weights()).isEqualTo(Map.of("a", 100, "b", 0));
        assertThat(store.current().canaries()).isEmpty();

        applied(change(new Operation.SetWeights("shop", Map.of("b", 10))));
        applied(delete(SHOP));
        assertThat(store.current().canaries()).isEmpty();
        reopen();
        assertThat(store.current().canaries()).isEmpty();
    }

    private Map<String, Integer> weights() {
        Map<String, Integer> weights = new TreeMap<>();
        Splits.of(stored(Kind.ROUTE, "shop").resource())
                .forEach(
                        split ->
                                split.entries()
                                        .forEach(
                                                entry ->
                                                        weights.put(
                                                                entry.getCluster(),
                                                                entry.getWeight())));
        return weights;
    }
}
