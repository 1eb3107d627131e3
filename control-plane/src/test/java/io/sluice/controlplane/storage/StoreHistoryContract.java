package io.sluice.controlplane.storage;

import static io.sluice.controlplane.storage.Samples.allowShrink;
import static io.sluice.controlplane.storage.Samples.change;
import static io.sluice.controlplane.storage.Samples.cluster;
import static io.sluice.controlplane.storage.Samples.delete;
import static io.sluice.controlplane.storage.Samples.rollback;
import static io.sluice.controlplane.storage.Samples.upsert;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.storage.ChangeResult.Reason;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Revisions that went by, and the way back to them, on every database. */
abstract class StoreHistoryContract extends StoreOwnershipContract {
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

    private Map<ResourceKey, Resource> resources() {
        Map<ResourceKey, Resource> resources = new TreeMap<>();
        contents(store.current()).forEach((key, stored) -> resources.put(key, stored.resource()));
        return resources;
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
}
