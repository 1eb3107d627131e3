package io.sluice.controlplane.storage;

import static io.sluice.controlplane.storage.Samples.allowShrink;
import static io.sluice.controlplane.storage.Samples.change;
import static io.sluice.controlplane.storage.Samples.cluster;
import static io.sluice.controlplane.storage.Samples.delete;
import static io.sluice.controlplane.storage.Samples.dryRun;
import static io.sluice.controlplane.storage.Samples.listener;
import static io.sluice.controlplane.storage.Samples.overwriteWeights;
import static io.sluice.controlplane.storage.Samples.rollback;
import static io.sluice.controlplane.storage.Samples.route;
import static io.sluice.controlplane.storage.Samples.upsert;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.storage.ChangeResult.Reason;
import io.sluice.proto.Problem;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.Splits;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What the store promises, on every database. */
abstract class StoreContract {
    private static final ResourceKey SHOP = new ResourceKey(Kind.ROUTE, "shop");
    static final InstantSource CLOCK = () -> Instant.parse("2026-11-21T10:00:00Z");

    JdbcResourceStore store = JdbcResourceStore.inMemory(CLOCK);

    /** Opens the database of this test, as a process that starts does. */
    abstract JdbcResourceStore open(StoreOptions options);

    @BeforeEach
    final void openStore() {
        store.close();
        store = open(StoreOptions.DEFAULT);
    }

    @AfterEach
    final void closeStore() {
        store.close();
    }

    private void reopen() {
        reopen(StoreOptions.DEFAULT);
    }

    private void reopen(StoreOptions options) {
        store.close();
        store = open(options);
    }

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
    void historyHasAuthorTimeMessageBeforeAndAfter() {
        applied(upsert(cluster("a", 1), cluster("b", 1)));
        applied(upsert(cluster("a", 2)));
        applied(delete(new ResourceKey(Kind.CLUSTER, "a")));

        assertThat(store.revision(2))
                .isInstanceOfSatisfying(
                        Lookup.Found.class,
                        found -> {
                            Revision revision = (Revision) found.value();
                            assertThat(revision.summary())
                                    .isEqualTo(
                                            new RevisionSummary(
                                                    2,
                                                    CLOCK.instant(),
                                                    "ann",
                                                    false,
                                                    "a message",
                                                    0,
                                                    1,
                                                    0));
                            assertThat(revision.changes())
                                    .singleElement()
                                    .satisfies(
                                            change -> {
                                                assertThat(change.before())
                                                        .isEqualTo(cluster("a", 1));
                                                assertThat(change.after())
                                                        .isEqualTo(cluster("a", 2));
                                            });
                        });
        assertThat(store.revision(4)).isInstanceOf(Lookup.NotFound.class);
        assertThat(store.revision(0)).isInstanceOf(Lookup.NotFound.class);
        assertThat(numbers(new RevisionQuery(RevisionQuery.NEWEST, 2, null)))
                .containsExactly(3L, 2L);
        RevisionPage page = store.revisions(new RevisionQuery(2, 2, null));
        assertThat(page.items()).extracting(RevisionSummary::number).containsExactly(1L);
        assertThat(page.more()).isFalse();
        assertThat(page.total()).isEqualTo(3);
        assertThat(
                        numbers(
                                new RevisionQuery(
                                        RevisionQuery.NEWEST,
                                        9,
                                        new ResourceKey(Kind.CLUSTER, "b"))))
                .containsExactly(1L);
    }

    @Test
    void diffIsTheNetOfWhatHappened() {
        applied(upsert(cluster("a", 1)));
        applied(upsert(cluster("a", 2), cluster("b", 1)));
        applied(upsert(cluster("a", 3), cluster("c", 1)));
        applied(delete(new ResourceKey(Kind.CLUSTER, "b")));

        assertThat(diff(1, 4))
                .satisfiesExactly(
                        change -> {
                            assertThat(change.before()).isEqualTo(cluster("a", 1));
                            assertThat(change.after()).isEqualTo(cluster("a", 3));
                        },
                        change -> assertThat(change.key().name()).isEqualTo("c"));
        assertThat(diff(4, 1))
                .extracting(ResourceChange::kind)
                .containsExactly(ChangeKind.UPDATED, ChangeKind.DELETED);
        assertThat(diff(2, 2)).isEmpty();
        assertThat(store.diff(1, 5)).isInstanceOf(Lookup.NotFound.class);
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
    void aRollbackShrinksOnlyIfMeant() {
        applied(upsert(cluster("first", 1)));
        applied(
                upsert(
                        IntStream.range(0, 40)
                                .mapToObj(i -> cluster("c" + i, 1))
                                .toArray(Resource[]::new)));
        assertThat(store.rollback(new Rollback(1, "", "bob", false, false, false)))
                .isInstanceOfSatisfying(
                        ChangeResult.Rejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(Reason.SHRINK));
        assertThat(store.rollback(rollback(1))).isInstanceOf(ChangeResult.Applied.class);
    }

    @Test
    void rollbackIsANewRevisionWithOldContent() {
        Random random = new Random(42);
        List<Map<ResourceKey, Resource>> states = new ArrayList<>();
        states.add(Map.of());
        while (states.size() < 60) {
            ChangeResult result =
                    states.size() > 2 && random.nextInt(4) == 0
                            ? rollbackToAny(random, states)
                            : store.apply(allowShrink(randomChange(random)));
            if (result instanceof ChangeResult.Applied applied) {
                assertThat(applied.revision()).isEqualTo(states.size());
                states.add(resources());
            }
        }
        for (int revision = 1; revision < states.size(); revision += 7) {
            store.rollback(rollback(revision));
            assertThat(resources()).as("content of %d", revision).isEqualTo(states.get(revision));
        }
        Map<ResourceKey, Resource> last = resources();
        reopen();
        assertThat(resources()).isEqualTo(last);
    }

    @Test
    void rollbackToNowhere() {
        applied(upsert(cluster("a", 1)));
        assertThat(store.rollback(rollback(1))).isInstanceOf(ChangeResult.Unchanged.class);
        assertThat(store.rollback(rollback(2)))
                .isInstanceOfSatisfying(
                        ChangeResult.Rejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(Reason.NOT_FOUND));
        assertThat(store.rollback(rollback(0))).isInstanceOf(ChangeResult.Rejected.class);
    }

    @Test
    void historyIsKeptWithinItsBound() {
        reopen(new StoreOptions(5));
        for (int i = 1; i <= 12; i++) {
            applied(upsert(cluster("a", i)));
        }
        assertThat(numbers(new RevisionQuery(RevisionQuery.NEWEST, 99, null)))
                .containsExactly(12L, 11L, 10L, 9L, 8L);
        assertThat(store.revision(7)).isEqualTo(new Lookup.Gone<>(7, 8));
        assertThat(store.diff(7, 9)).isInstanceOf(Lookup.Gone.class);
        assertThat(store.rollback(rollback(7)))
                .isInstanceOfSatisfying(
                        ChangeResult.Rejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(Reason.GONE));
        store.rollback(rollback(8));
        assertThat(stored(Kind.CLUSTER, "a").resource()).isEqualTo(cluster("a", 8));
        reopen(new StoreOptions(2));
        assertThat(numbers(new RevisionQuery(RevisionQuery.NEWEST, 99, null)))
                .containsExactly(13L, 12L);
        applied(upsert(cluster("a", 99)));
        assertThat(store.revision(12)).isInstanceOf(Lookup.Gone.class);
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

    final void shop(String... entries) {
        applied(
                upsert(
                        listener("web", 80),
                        cluster("a", 1),
                        cluster("b", 1),
                        route("shop", "web", entries)));
    }

    final ChangeResult.Applied applied(ChangeSet changeSet) {
        ChangeResult result = store.apply(changeSet);
        assertThat(result).isInstanceOf(ChangeResult.Applied.class);
        return (ChangeResult.Applied) result;
    }

    final ChangeResult.Rejected rejected(Reason reason, ChangeSet changeSet) {
        ChangeResult result = store.apply(changeSet);
        assertThat(result).isInstanceOf(ChangeResult.Rejected.class);
        ChangeResult.Rejected rejected = (ChangeResult.Rejected) result;
        assertThat(rejected.reason()).as(rejected.problems().toString()).isEqualTo(reason);
        assertThat(rejected.problems()).isNotEmpty();
        return rejected;
    }

    final StoredResource stored(Kind kind, String name) {
        StoredResource stored = store.current().get(new ResourceKey(kind, name));
        if (stored == null) {
            throw new AssertionError("no " + kind + " " + name);
        }
        return stored;
    }

    static Map<ResourceKey, StoredResource> contents(StoreState state) {
        Map<ResourceKey, StoredResource> contents = new TreeMap<>();
        for (Kind kind : Kind.values()) {
            state.all(kind).forEach(stored -> contents.put(stored.resource().key(), stored));
        }
        return contents;
    }

    private Map<ResourceKey, Resource> resources() {
        Map<ResourceKey, Resource> resources = new TreeMap<>();
        contents(store.current()).forEach((key, stored) -> resources.put(key, stored.resource()));
        return resources;
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

    private List<Long> numbers(RevisionQuery query) {
        return store.revisions(query).items().stream().map(RevisionSummary::number).toList();
    }

    private List<ResourceChange> diff(long from, long to) {
        Lookup<List<ResourceChange>> found = store.diff(from, to);
        assertThat(found).isInstanceOf(Lookup.Found.class);
        return ((Lookup.Found<List<ResourceChange>>) found).value();
    }

    private ChangeResult rollbackToAny(Random random, List<Map<ResourceKey, Resource>> states) {
        int to = 1 + random.nextInt(states.size() - 1);
        ChangeResult result = store.rollback(rollback(to));
        assertThat(resources()).isEqualTo(states.get(to));
        return result;
    }

    private static ChangeSet randomChange(Random random) {
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            if (random.nextBoolean()) {
                continue;
            }
            operations.add(
                    random.nextInt(3) == 0
                            ? new Operation.Delete(new ResourceKey(Kind.CLUSTER, "c" + i), null)
                            : new Operation.Upsert(
                                    cluster("c" + i, 1 + random.nextInt(50)), null, false));
        }
        return change(operations.toArray(Operation[]::new));
    }

    private static ResourceKey[] keys(Resource[] resources, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> resources[i].key())
                .toArray(ResourceKey[]::new);
    }
}
