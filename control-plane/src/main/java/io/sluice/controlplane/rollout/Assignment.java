package io.sluice.controlplane.rollout;

import io.sluice.controlplane.snapshot.GroupSnapshot;
import io.sluice.controlplane.snapshot.OfferMode;

/**
 * What one node should have, and whether it shall serve it or only try it. Immutable.
 *
 * @param snapshot its revision is 0 while nothing was ever stored
 */
record Assignment(GroupSnapshot snapshot, OfferMode mode) {}
