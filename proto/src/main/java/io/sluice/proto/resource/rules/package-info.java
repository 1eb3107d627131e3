/**
 * The rules of each kind, and what order the rules of routes have.
 *
 * <p>Part of the config flow: called for one resource at a time, by the CLI ({@code validate}), the
 * control plane (every write) and the node (every entry). The defaults and bounds are those that
 * the comments of the {@code .proto} files state; a change of one is a change of both. Pure and
 * stateless.
 *
 * <p>Rule precedence, host patterns and path normalisation define matching once; the node's route
 * table uses the same.
 */
@NullMarked
package io.sluice.proto.resource.rules;

import org.jspecify.annotations.NullMarked;
