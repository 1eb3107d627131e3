package io.sluice.controlplane.storage;

import java.time.Instant;

/**
 * The ownership of a split's weights by {@code canary set}.
 *
 * @param split {@code ROUTE/RULE} or {@code listener:NAME[/RULE]}
 * @param since when ownership began
 * @param author who set the weights last
 * @param revision in which they were set last
 */
public record CanaryMark(String split, Instant since, String author, long revision) {}
