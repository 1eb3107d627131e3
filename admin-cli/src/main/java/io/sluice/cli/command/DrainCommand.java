package io.sluice.cli.command;

import picocli.CommandLine.Command;

/** {@code sluicectl drain}: an endpoint or a listener out of service and back. */
@Command(
        name = "drain",
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Take an endpoint or a listener out of service: nobody new comes, and who is there has"
                    + " until a deadline,",
            "the drainTimeout of the cluster or listener. To drain a node: sluicectl node drain.",
            ""
        },
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl drain endpoint postgres 10.0.0.21:5432",
            "  sluicectl drain listener smtp",
            "  sluicectl drain endpoint postgres 10.0.0.21:5432 --undo"
        })
final class DrainCommand {}
