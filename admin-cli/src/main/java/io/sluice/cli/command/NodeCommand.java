package io.sluice.cli.command;

import picocli.CommandLine.Command;

/** {@code sluicectl node}: the machines that proxy. */
@Command(
        name = "node",
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        description = {"See the nodes of the fleet, and take them out of service and back.", ""},
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl node list",
            "  sluicectl node describe node-1",
            "  sluicectl node drain node-1"
        })
final class NodeCommand {}
