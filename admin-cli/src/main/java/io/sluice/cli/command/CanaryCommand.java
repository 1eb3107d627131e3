package io.sluice.cli.command;

import picocli.CommandLine.Command;

/** {@code sluicectl canary}: the weights of a split, pushed from one place. */
@Command(
        name = "canary",
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Shift the traffic of a split between clusters.",
            "",
            "Weights set here belong to the canary: an apply that would change them is refused"
                    + " until the canary is",
            "released, so that a repository's sync does not undo it.",
            ""
        },
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl canary set shop/checkout checkout-v2=10",
            "  sluicectl canary status",
            "  sluicectl canary release shop/checkout"
        })
final class CanaryCommand {}
