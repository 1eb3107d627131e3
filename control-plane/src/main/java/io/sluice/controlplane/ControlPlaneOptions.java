package io.sluice.controlplane;

import io.sluice.proto.HostPort;
import io.sluice.proto.options.ProgramOptions;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a control plane runs. Immutable.
 *
 * @param rest where REST listens
 * @param allowedHosts further names by which clients may call REST
 * @param grpc where nodes connect
 * @param dataDir of the embedded database; unused with another
 * @param database a JDBC URL; empty for the embedded one
 * @param readyFile written once both doors are open
 */
record ControlPlaneOptions(
        HostPort rest,
        List<String> allowedHosts,
        HostPort grpc,
        Path dataDir,
        Optional<String> database,
        Optional<Path> readyFile) {

    /** The flags, as picocli fills them; subcommands take them too. */
    static final class Flags {
        @Spec(Spec.Target.MIXEE)
        @SuppressWarnings("NullAway.Init") // picocli sets it
        CommandSpec spec;

        @Option(
                names = "--config",
                paramLabel = "FILE",
                scope = ScopeType.INHERIT,
                description =
                        "YAML file with any of these options, its keys being their names without"
                                + " dashes")
        @Nullable Path config;

        @Option(
                names = "--rest",
                paramLabel = "HOST:PORT",
                defaultValue = "127.0.0.1:7070",
                scope = ScopeType.INHERIT,
                description = "Where the REST API listens; port 0 takes any free one")
        String rest = "";

        @Option(
                names = "--grpc",
                paramLabel = "HOST:PORT",
                defaultValue = "127.0.0.1:7071",
                scope = ScopeType.INHERIT,
                description = "Where nodes connect; port 0 takes any free one")
        String grpc = "";

        @Option(
                names = "--allowed-host",
                paramLabel = "NAME",
                split = ",",
                scope = ScopeType.INHERIT,
                description =
                        "A further name by which clients may call the REST API and /metrics;"
                                + " without one only IP addresses and localhost are answered;"
                                + " repeatable")
        List<String> allowedHosts = List.of();

        @Option(
                names = "--data-dir",
                paramLabel = "DIR",
                scope = ScopeType.INHERIT,
                description =
                        "Where the embedded database lies; default"
                                + " $XDG_STATE_HOME/sluice/control-plane")
        @Nullable Path dataDir;

        @Option(
                names = "--database",
                paramLabel = "JDBC-URL",
                scope = ScopeType.INHERIT,
                description =
                        "jdbc:postgresql:... instead of the embedded database; rather as variable"
                                + " or in the file, since it may hold a password")
        @Nullable String database;

        @Option(
                names = "--ready-file",
                paramLabel = "FILE",
                scope = ScopeType.INHERIT,
                description = "Written when ready: JSON with the addresses, rest and grpc")
        @Nullable Path readyFile;

        @Option(
                names = "--insecure",
                scope = ScopeType.INHERIT,
                description =
                        "Allow addresses that are not loopback, though nobody has to prove who they"
                                + " are")
        boolean insecure;

        /** Checks what picocli cannot; a wrong value ends the program with 64. */
        ControlPlaneOptions options() {
            return new ControlPlaneOptions(
                    address("--rest", rest),
                    allowedHosts,
                    address("--grpc", grpc),
                    dataDir != null ? dataDir : ProgramOptions.stateHome().resolve("control-plane"),
                    checkedDatabase(),
                    Optional.ofNullable(readyFile));
        }

        private HostPort address(String option, String text) {
            HostPort address =
                    HostPort.parse(text)
                            .orElseThrow(
                                    () ->
                                            wrong(
                                                    option
                                                            + " takes HOST:PORT, not \""
                                                            + text
                                                            + "\"; IPv6 in brackets"));
            if (!address.isLoopback() && !insecure) {
                throw wrong(
                        option
                                + " "
                                + text
                                + " can be reached from other machines, and nobody has to prove who"
                                + " they are yet: use a loopback address, or allow it with"
                                + " --insecure");
            }
            return address;
        }

        private Optional<String> checkedDatabase() {
            if (database == null || database.isEmpty()) {
                return Optional.empty();
            }
            if (!database.startsWith("jdbc:postgresql:")) {
                throw wrong(
                        "--database takes jdbc:postgresql:...; without it the embedded database is"
                                + " used");
            }
            return Optional.of(database);
        }

        private ParameterException wrong(String message) {
            return new ParameterException(commandLine(), message);
        }

        private CommandLine commandLine() {
            return spec.commandLine();
        }
    }
}
