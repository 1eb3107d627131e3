package io.sluice.controlplane.storage;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

final class H2StoreTest extends StoreContract {
    @TempDir Path temporary;
    private @Nullable DataDirectory directory;

    @Override
    JdbcResourceStore open(StoreOptions options) {
        if (directory == null) {
            directory = DataDirectory.lock(temporary.resolve("data"));
        }
        return JdbcResourceStore.open(directory, options, CLOCK);
    }

    @AfterEach
    void unlock() {
        if (directory != null) {
            directory.close();
        }
    }
}
