package io.sluice.cli.command;

import picocli.CommandLine.Option;

/** Whether a command that changes something waits for the nodes. */
final class WaitFlags {
    @Option(
            names = "--wait",
            arity = "0..1",
            paramLabel = "true|false",
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Wait until the change is active on all connected nodes (the default)."
                            + " --wait=false returns once it is stored.")
    boolean wait;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Also wait until at least N nodes are connected, such as --nodes 2 after"
                            + " starting two.")
    int nodes;
}
