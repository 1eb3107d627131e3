package io.sluice.controlplane.storage;

import static io.sluice.controlplane.storage.Samples.cluster;
import static io.sluice.controlplane.storage.Samples.listener;
import static io.sluice.controlplane.storage.Samples.route;
import static io.sluice.controlplane.storage.Samples.upsert;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.storage.ChangeResult.Reason;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.ResourceKey;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;

/** A store on some database, and what its contracts do with it. */
abstract class StoreFixture {
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

    final void reopen() {
        reopen(StoreOptions.DEFAULT);
    }

    final void reopen(StoreOptions options) {
        store.close();
        store = open(options);
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
}
