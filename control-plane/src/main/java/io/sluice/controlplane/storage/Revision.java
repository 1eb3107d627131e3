package io.sluice.controlplane.storage;

import java.util.List;

/** One revision with everything it changed, sorted by key. */
public record Revision(RevisionSummary summary, List<ResourceChange> changes) {}
