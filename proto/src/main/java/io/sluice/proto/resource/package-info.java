/**
 * What is true of configuration on both sides of the wire and in the CLI: kinds, their text form,
 * references between them.
 *
 * <p>The config flow passes: {@link io.sluice.proto.resource.ResourceCodec} turns YAML or JSON into
 * {@link io.sluice.proto.resource.Resource}, {@code rules} checks each by itself, {@link
 * io.sluice.proto.resource.ResourceSet} checks what they say about each other. All of it is pure:
 * no clock, no look-up, no thread of its own; values are immutable. Bad input becomes {@link
 * io.sluice.proto.Problem}s, all of them at once, never an exception.
 *
 * <p>A resource's spec is its protobuf message; there is no second model (2026-11, instead of
 * records per kind, which would have to be mapped in both directions).
 */
@NullMarked
package io.sluice.proto.resource;

import org.jspecify.annotations.NullMarked;
