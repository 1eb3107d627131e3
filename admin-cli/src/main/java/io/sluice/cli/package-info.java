/**
 * {@code sluicectl}, the operator's hand: the process around the commands.
 *
 * <p>A line passes from {@link io.sluice.cli.Main}, which knows the process (streams, environment,
 * terminal), to {@code command}, which asks {@code client} for JSON trees and shows them by {@code
 * output}. Start-up time is a feature here: see the packages for what they leave out for it.
 *
 * <p>Thread: main, only. Nothing outlives it.
 */
@NullMarked
package io.sluice.cli;

import org.jspecify.annotations.NullMarked;
