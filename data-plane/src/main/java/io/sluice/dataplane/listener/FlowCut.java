package io.sluice.dataplane.listener;

/**
 * What came of the wish to end flows.
 *
 * @param matched flows that were meant
 * @param cut flows that were ended; none where more were meant than allowed
 */
public record FlowCut(long matched, int cut) {}
