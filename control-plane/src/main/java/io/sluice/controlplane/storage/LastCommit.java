package io.sluice.controlplane.storage;

import io.sluice.controlplane.storage.StorageException.Unavailable;
import io.sluice.controlplane.storage.StorageException.Unusable;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** Whether H2's file still has what the data directory says was committed last. Stateless. */
final class LastCommit {
    private LastCommit() {}

    /**
     * H2 opens some damaged files at an older state, even an empty one, without a word.
     *
     * @throws Unusable if the commit is not there any more
     */
    static void check(DataDirectory directory) {
        DataDirectory.Mark mark = directory.lastCommit();
        if (mark.epoch() == 0) {
            return;
        }
        Path file = directory.databaseFile();
        try (Database database = Database.h2ReadOnly(file)) {
            List<DataDirectory.Mark> there = database.read(Tables::mark);
            boolean complete =
                    !there.isEmpty()
                            && there.getFirst().epoch() >= mark.epoch()
                            && there.getFirst().revision() >= mark.revision();
            if (!complete) {
                throw Database.unreadable(
                        file,
                        new SQLException(
                                "revision " + mark.revision() + " was there and is not any more"));
            }
        } catch (Unavailable e) {
            throw Database.unreadable(file, e);
        }
    }
}
