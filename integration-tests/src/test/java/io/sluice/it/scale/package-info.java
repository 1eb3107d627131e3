/**
 * What many nodes cost: simulated Sync clients against the control plane's core (store, rollout and
 * the nodes' door). A small fleet runs with the other tests and asserts that all is right; {@link
 * io.sluice.it.scale.ScaleRun} runs a large one against a core in a process of its own, and prints
 * figures.
 */
@NullMarked
package io.sluice.it.scale;

import org.jspecify.annotations.NullMarked;
