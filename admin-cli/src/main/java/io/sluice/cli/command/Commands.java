package io.sluice.cli.command;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/** The commands by name, in the order of the help text. */
final class Commands {
    static final List<String> NAMES =
            List.of(
                    "apply",
                    "diff",
                    "validate",
                    "get",
                    "describe",
                    "delete",
                    "edit",
                    "export",
                    "history",
                    "rollback",
                    "canary",
                    "node",
                    "drain",
                    "stats",
                    "connections",
                    "offenders",
                    "events",
                    "status",
                    "completion",
                    "version");

    /** Options of the root whose value is the next word. */
    private static final Set<String> TAKES_VALUE =
            Set.of("--server", "--context", "-o", "--output", "--timeout");

    private Commands() {}

    /** A new command of one of the {@link #NAMES}. */
    static Object create(String name, Session session) {
        return switch (name) {
            case "apply" -> new ApplyCommand(session);
            case "diff" -> new DiffCommand(session);
            case "validate" -> new ValidateCommand(session);
            case "get" -> new GetCommand(session);
            case "describe" -> new DescribeCommand(session);
            case "delete" -> new DeleteCommand(session);
            case "edit" -> new EditCommand(session);
            case "export" -> new ExportCommand(session);
            case "history" -> new HistoryCommand(session);
            case "rollback" -> new RollbackCommand(session);
            case "canary" -> new CanaryCommand();
            case "node" -> new NodeCommand();
            case "drain" -> new DrainCommand();
            case "stats" -> new StatsCommand(session);
            case "connections" -> new ConnectionsCommand(session);
            case "offenders" -> new OffendersCommand(session);
            case "events" -> new EventsCommand(session);
            case "status" -> new StatusCommand(session);
            case "completion" -> new CompletionCommand(session);
            case "version" -> new VersionCommand(session);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** What stands below a command, in the order of the help text; most have nothing. */
    static List<Object> below(String name, Session session) {
        return switch (name) {
            case "canary" ->
                    List.of(
                            new CanarySetCommand(session),
                            new CanaryReleaseCommand(session),
                            new CanaryStatusCommand(session));
            case "connections" -> List.of(new ConnectionsKillCommand(session));
            case "drain" ->
                    List.of(new DrainEndpointCommand(session), new DrainListenerCommand(session));
            case "node" ->
                    List.of(
                            new NodeListCommand(session),
                            new NodeDescribeCommand(session),
                            new NodeDrainCommand(session),
                            new NodeUndrainCommand(session));
            default -> List.of();
        };
    }

    /** The first word of a line that is no option and no option's value; null if there is none. */
    static @Nullable String named(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (TAKES_VALUE.contains(arguments[i])) {
                i++;
            } else if (!arguments[i].startsWith("-")) {
                return arguments[i];
            }
        }
        return null;
    }
}
