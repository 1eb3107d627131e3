/**
 * The vocabulary that control plane, node and CLI share: problems and where they stand, bounds, and
 * the text forms of durations, sizes and addresses.
 *
 * <p>All three flows pass: config ({@link io.sluice.proto.Problem}, {@link
 * io.sluice.proto.StateDigest}), request ({@link io.sluice.proto.Limits}) and statistics ({@link
 * io.sluice.proto.LatencyBuckets}). Everything here is immutable or owned by its caller; nothing
 * starts threads, reads the environment or outlives a call.
 *
 * <p>The generated messages are in {@code resource.v1} and {@code discovery.v1}; the kinds of
 * resources, their text form and their rules in {@code resource}.
 */
@NullMarked
package io.sluice.proto;

import org.jspecify.annotations.NullMarked;
