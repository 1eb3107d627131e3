package io.sluice.controlplane.storage;

import java.util.List;

/**
 * A piece of the history, newest first.
 *
 * @param more whether older revisions match
 * @param total how many kept revisions match in all
 */
public record RevisionPage(List<RevisionSummary> items, boolean more, long total) {}
