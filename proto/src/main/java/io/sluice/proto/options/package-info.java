/**
 * How a daemon reads its options: flag, environment variable, file, default, in that order.
 *
 * <p>Used once, at the start, by the {@code Main} of the control plane and of the node, which bring
 * picocli themselves: the dependency is optional here because the CLI compiles picocli from source.
 */
@NullMarked
package io.sluice.proto.options;

import org.jspecify.annotations.NullMarked;
