package io.sluice.controlplane.storage;

import static io.sluice.controlplane.storage.Samples.allowShrink;
import static io.sluice.controlplane.storage.Samples.change;
import static io.sluice.controlplane.storage.Samples.cluster;
import static io.sluice.controlplane.storage.Samples.delete;
import static io.sluice.controlplane.storage.Samples.dryRun;
import static io.sluice.controlplane.storage.Samples.listener;
import static io.sluice.controlplane.storage.Samples.route;
import static io.sluice.controlplane.storage.Samples.upsert;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.storage.ChangeResult.Reason;
import io.sluice.proto.Problem;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What the store promises, on every database. */
abstract class StoreContract extends StoreHistoryContract {
    private static final ResourceKey SHOP = new ResourceKey(Kind.ROUTE, "shop");

    @Test
    void aChangeSetIsOneRevisionAndSurvivesRestart() {
        long epoch = store.current().epoch();
        assertThat(epoch).isEqualTo(CLOCK.instant().getEpochSecond());
        assertThat(store.current().revision()).isZero();

        ChangeResult result =
                store.apply(
                        upsert(listener("web", 80), cluster("a", 1), route("shop", "web", "a=1")));

        assertThat(result)
                .isInstanceOfSatisfying(
                        ChangeResult.Applied.class,
                        applied -> {
                            assertThat(applied.revision()).isEqualTo(1);
                            assertThat(applied.changes())
                                    .extracting(ResourceChange::kind)
                                    .containsOnly(ChangeKind.CREATED);
                            assertThat(applied.changes())
                                    .extracting(ResourceChange::etag)
                                    .contains(cluster("a", 1).etag());
                        });
        Map<ResourceKey, StoredResource> before = contents(store.current());
        reopen();
        assertThat(contents(store.current())).isEqualTo(before).hasSize(3);
        assertThat(store.current().revision()).isEqualTo(1);
        assertThat(store.current().epoch()).isEqualTo(epoch);
        assertThat(store.current().resources().all()).hasSize(3);
    }

    @Test
    void whatDoesNotDifferIsNoRevision() {
        applied(upsert(cluster("a", 1)));
        assertThat(store.apply(upsert(cluster("a", 1))))
                .isEqualTo(new ChangeResult.Unchanged(1, List.of()));
        assertThat(store.current().revision()).isEqualTo(1);
        assertThat(applied(upsert(cluster("a", 1), cluster("b", 2))).changes())
                .extracting(ResourceChange::key)
                .containsExactly(new ResourceKey(Kind.CLUSTER, "b"));
    }

    @Test
    void aDryRunTellsAndStoresNothing() {
        applied(upsert(cluster("a", 1)));
        assertThat(store.apply(dryRun(upsert(cluster("a", 2)))))
                .isInstanceOfSatisfying(
                        ChangeResult.DryRun.class,
                        run -> {
                            assertThat(run.revision()).isEqualTo(1);
                            assertThat(run.changes())
                                    .singleElement()
                                    .satisfies(
                                            change -> {
                                                assertThat(change.before())
                                                        .isEqualTo(cluster("a", 1));
                                                assertThat(change.after())
                                                        .isEqualTo(cluster("a", 2));
                                            });
                        });
        reopen();
        assertThat(stored(Kind.CLUSTER, "a").resource()).isEqualTo(cluster("a", 1));
        assertThat(store.current().revision()).isEqualTo(1);
    }

    @Test
    void etagsGuardAgainstLostUpdates() {
        applied(upsert(cluster("a", 1)));
        String etag = cluster("a", 1).etag();
        applied(change(new Operation.Upsert(cluster("a", 2), etag, false)));
        rejected(Reason.STALE_ETAG, change(new Operation.Upsert(cluster("a", 3), etag, false)));
        rejected(
                Reason.STALE_ETAG,
                change(new Operation.Delete(new ResourceKey(Kind.CLUSTER, "a"), etag)));
        rejected(Reason.STALE_ETAG, change(new Operation.Upsert(cluster("new", 3), "*", false)));
        rejected(Reason.STALE_ETAG, change(new Operation.Upsert(cluster("a", 3), null, true)));
        applied(change(new Operation.Upsert(cluster("a", 3), "*", false)));
        assertThat(store.current().revision()).isEqualTo(3);
    }

    @Test
    void allProblemsComeAtOnce() {
        applied(
                upsert(
                        cluster("a", 1),
                        cluster("b", 1),
                        listener("web", 80),
                        route("shop", "web", "a=1")));
        ChangeResult.Rejected rejected =
                rejected(
                        Reason.NOT_FOUND,
                        change(
                                new Operation.Delete(
                                        new ResourceKey(Kind.CLUSTER, "missing"), null),
                                new Operation.Upsert(cluster("b", 2), "stale", false),
                                new Operation.Delete(new ResourceKey(Kind.CLUSTER, "a"), null)));
        assertThat(rejected.problems())
                .extracting(Problem::code)
                .contains("NOT_FOUND", "STALE_ETAG", "IN_USE");
        assertThat(store.current().revision()).isEqualTo(1);
    }

    @Test
    void aResourceTwiceIsMalformed() {
        rejected(Reason.MALFORMED, upsert(cluster("a", 1), cluster("a", 2)));
    }

    @Test
    void whatIsReferredToStays() {
        applied(upsert(cluster("a", 1), listener("web", 80), route("shop", "web", "a=1")));
        assertThat(rejected(Reason.IN_USE, delete(new ResourceKey(Kind.CLUSTER, "a"))).problems())
                .singleElement()
                .satisfies(
                        problem ->
                                assertThat(problem.toString()).contains("cluster a", "route shop"));
        rejected(Reason.IN_USE, delete(new ResourceKey(Kind.LISTENER, "web")));
        applied(delete(new ResourceKey(Kind.CLUSTER, "a"), SHOP));
    }

    @Test
    void aMissingReferenceIsInvalid() {
        assertThat(
                        rejected(
                                        Reason.INVALID,
                                        upsert(listener("web", 80), route("shop", "web", "a=1")))
                                .problems())
                .extracting(Problem::code)
                .contains("MISSING_REFERENCE");
    }

    @Test
    void aShrinkIsRefusedUnlessMeant() {
        Resource[] clusters =
                IntStream.range(0, 40).mapToObj(i -> cluster("c" + i, 1)).toArray(Resource[]::new);
        applied(upsert(clusters));
        applied(delete(keys(clusters, 0, 8)));
        rejected(Reason.SHRINK, delete(keys(clusters, 8, 18)));
        rejected(
                Reason.SHRINK,
                upsert(
                        IntStream.range(8, 18)
                                .mapToObj(i -> cluster("c" + i))
                                .toArray(Resource[]::new)));
        applied(delete(keys(clusters, 8, 17)));
        applied(allowShrink(delete(keys(clusters, 17, 40))));
    }

    @Test
    void writersTakeTurnsWithoutGaps() throws Exception {
        int writers = 6;
        int each = 15;
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        store.onCommit(commit -> seen.add(commit.after().revision()));
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            List<Future<List<Long>>> acknowledged = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                String name = "c" + writer;
                acknowledged.add(
                        threads.submit(
                                () -> {
                                    start.await();
                                    List<Long> mine = new ArrayList<>();
                                    for (int i = 1; i <= each; i++) {
                                        mine.add(applied(upsert(cluster(name, i))).revision());
                                    }
                                    return mine;
                                }));
            }
            start.countDown();
            List<Long> all = new ArrayList<>();
            for (Future<List<Long>> one : acknowledged) {
                assertThat(one.get()).isSorted();
                all.addAll(one.get());
            }
            List<Long> expected = LongStream.rangeClosed(1, (long) writers * each).boxed().toList();
            assertThat(all).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(seen).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void drainedNodesSurviveRestartWithoutARevision() {
        List<Commit> commits = new ArrayList<>();
        store.onCommit(commits::add);
        assertThat(store.setDrained("node-1", true)).isTrue();
        assertThat(store.setDrained("node-1", true)).isFalse();
        assertThat(store.setDrained("node-2", true)).isTrue();
        assertThat(store.setDrained("node-2", false)).isTrue();
        assertThat(commits).hasSize(3).allSatisfy(commit -> assertThat(commit.revision()).isNull());
        reopen();
        assertThat(store.current().drainedNodes()).containsExactly("node-1");
        assertThat(store.current().revision()).isZero();
    }

    @Test
    void aListenerThatFailsHarmsNobody() {
        List<Long> seen = new ArrayList<>();
        store.onCommit(
                commit -> {
                    throw new IllegalStateException("on purpose");
                });
        store.onCommit(commit -> seen.add(commit.after().revision()));
        applied(upsert(cluster("a", 1)));
        assertThat(seen).containsExactly(1L);
    }

    @Test
    void longTextsAreRefusedNotCut() {
        rejected(
                Reason.MALFORMED,
                new ChangeSet(
                        List.of(new Operation.Upsert(cluster("a", 1), null, false)),
                        "x".repeat(5000),
                        "ann",
                        false,
                        false,
                        false,
                        false));
        applied(
                new ChangeSet(
                        List.of(new Operation.Upsert(cluster("a", 1), null, false)),
                        "ü".repeat(4096),
                        "ann",
                        false,
                        false,
                        false,
                        false));
        assertThat(
                        store.revisions(new RevisionQuery(RevisionQuery.NEWEST, 1, null))
                                .items()
                                .getFirst()
                                .message())
                .isEqualTo("ü".repeat(4096));
    }

    private static ResourceKey[] keys(Resource[] resources, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> resources[i].key())
                .toArray(ResourceKey[]::new);
    }
}
