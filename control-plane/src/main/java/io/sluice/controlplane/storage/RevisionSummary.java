package io.sluice.controlplane.storage;

import java.time.Instant;

/** One line of the history. */
public record RevisionSummary(
        long number,
        Instant time,
        String author,
        boolean authorVerified,
        String message,
        int created,
        int updated,
        int deleted) {}
