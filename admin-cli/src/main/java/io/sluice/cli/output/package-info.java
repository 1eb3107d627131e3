/**
 * What a user sees: tables, JSON, YAML, diffs, problems and the live view of a change.
 *
 * <p>Data goes to standard output, messages to standard error; both through {@link
 * io.sluice.cli.output.Terminal}, which knows whether someone is looking (colours, width, a line
 * that redraws itself) or a program is reading. Text that came from elsewhere never reaches a
 * terminal with its control characters.
 *
 * <p>Thread: the one that runs the command. Nothing outlives it.
 */
@NullMarked
package io.sluice.cli.output;

import org.jspecify.annotations.NullMarked;
