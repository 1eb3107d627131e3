package io.sluice.cli.command;

import io.sluice.proto.SoftwareVersion;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code sluicectl} itself: the options that stand before or after any command. */
@Command(
        name = "sluicectl",
        versionProvider = RootCommand.Version.class,
        synopsisHeading = "Usage: ",
        customSynopsis = "sluicectl [OPTIONS] COMMAND [ARGUMENTS]",
        description = {
            "",
            "The operator's hand on a Sluice control plane: change what the fleet does, see what it"
                    + " is doing.",
            ""
        },
        optionListHeading = "Options of every command, before or after it:%n",
        commandListHeading = "%nCommands:%n",
        sortOptions = false,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sluicectl apply -f shop.yaml -m \"new checkout\"",
            "  sluicectl get routes",
            "  sluicectl canary set shop/checkout checkout-v2=10",
            "  sluicectl history",
            "  sluicectl rollback 41 -m \"errors after 42\"",
            "",
            "Environment: SLUICECTL_SERVER, SLUICECTL_CONTEXT, SLUICECTL_TOKEN, SLUICECTL_CA,"
                    + " SLUICECTL_OUTPUT,",
            "SLUICECTL_TIMEOUT, SLUICECTL_AUTHOR, SLUICECTL_CONFIG, NO_COLOR, EDITOR. A flag beats"
                    + " the environment,",
            "which beats the file ~/.config/sluice/config.yaml:",
            "",
            "  context: staging",
            "  contexts:",
            "    staging: { server: \"https://sluice.staging.example:7070\", token-file:"
                    + " staging.token, ca: ca.pem }",
            "",
            "Exit codes: 0 ok, 1 error, 2 differences or findings, 3 timeout while waiting, 4"
                    + " rejected by nodes,",
            "5 conflict, 64 usage, 69 control plane unreachable, 77 not permitted."
        })
final class RootCommand {

    @Option(
            names = "--server",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            order = 101,
            description =
                    "The control plane, such as http://127.0.0.1:7070, which is also the default.")
    @Nullable String server;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            order = 102,
            description = "The control plane of that name in the config file, such as staging.")
    @Nullable String context;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            order = 103,
            description =
                    "table (default), wide, json, yaml, or name: one KIND/NAME a line. Such as -o"
                            + " json.")
    @Nullable String output;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            scope = ScopeType.INHERIT,
            order = 104,
            description = "How long to wait for nodes, such as 2m. Default 30s.")
    @Nullable String timeout;

    @Option(
            names = "--no-color",
            scope = ScopeType.INHERIT,
            order = 105,
            description = "No colours, as with NO_COLOR=1 or TERM=dumb.")
    boolean noColor;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            order = 106,
            description = "This text; sluicectl COMMAND --help for a command's.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            order = 107,
            description =
                    "The version of sluicectl; \"sluicectl version\" asks the control plane too.")
    boolean version;

    CliOptions.Flags flags() {
        return new CliOptions.Flags(server, context, output, timeout, noColor);
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"sluicectl " + SoftwareVersion.current()};
        }
    }
}
