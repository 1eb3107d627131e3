/**
 * The commands of {@code sluicectl}, one file each, and what they share: finding the command named
 * on the line, the options that every command takes, and what a failure means for the exit code.
 *
 * <p>{@link io.sluice.cli.command.Sluicectl} is the entry. It registers only the command that the
 * line names: the others' classes are never loaded, which is a third of the time that {@code
 * sluicectl get} takes. For the same reason protobuf and YAML classes are touched only by the
 * commands that read files.
 *
 * <p>Thread: the one that called {@code run}. Nothing outlives a command; its environment, clock
 * and streams come in as a {@link io.sluice.cli.command.Shell}.
 */
@NullMarked
package io.sluice.cli.command;

import org.jspecify.annotations.NullMarked;
