package io.sluice.cli.command;

import io.sluice.cli.client.ServerOptions;
import io.sluice.proto.DidYouMean;
import io.sluice.proto.DurationText;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The options of every command, each from its flag, else from its environment variable, else from
 * the config file, else its default.
 *
 * @param server where the control plane is and how to speak to it
 * @param output how to print
 * @param timeout how long to wait for what a command started
 * @param colours whether colours are allowed at all
 */
record CliOptions(ServerOptions server, OutputFormat output, Duration timeout, boolean colours) {
    private static final String SERVER = "http://127.0.0.1:7070";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CONNECT_TIMEOUT_MAX = Duration.ofSeconds(5);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

    /** What the flags said; null where one was not given. */
    record Flags(
            @Nullable String server,
            @Nullable String context,
            @Nullable String output,
            @Nullable String timeout,
            boolean noColor) {
        static final Flags NONE = new Flags(null, null, null, null, false);
    }

    /**
     * @throws CommandException usage, for a value that makes no sense
     */
    static CliOptions resolve(Flags flags, Shell shell) {
        ConfigFile file = ConfigFile.read(configPath(shell));
        Duration timeout =
                timeout(first(flags.timeout(), shell, "SLUICECTL_TIMEOUT", file, "timeout"));
        String output = first(flags.output(), shell, "SLUICECTL_OUTPUT", file, "output");
        boolean noColor =
                flags.noColor()
                        || plain(shell)
                        || first(null, shell, "SLUICECTL_NO_COLOR", file, "no-color")
                                .equals("true");
        return new CliOptions(
                server(flags, shell, file, timeout), output(output), timeout, !noColor);
    }

    /** Whether environment and terminal ask for plain text, whatever the flags say. */
    static boolean plain(Shell shell) {
        return !shell.variable("NO_COLOR").isEmpty() || shell.variable("TERM").equals("dumb");
    }

    private static Path configPath(Shell shell) {
        String named = shell.variable("SLUICECTL_CONFIG");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        String xdg = shell.variable("XDG_CONFIG_HOME");
        Path base = xdg.isEmpty() ? shell.home().resolve(".config") : Path.of(xdg);
        return base.resolve("sluice").resolve("config.yaml");
    }

    private static String first(
            @Nullable String flag, Shell shell, String variable, ConfigFile file, String key) {
        if (flag != null) {
            return flag;
        }
        String value = shell.variable(variable);
        return value.isEmpty() ? file.option(key) : value;
    }

    private static OutputFormat output(String text) {
        if (text.isEmpty()) {
            return OutputFormat.TABLE;
        }
        return OutputFormat.parse(text).orElseThrow(() -> unknownOutput(text));
    }

    private static CommandException unknownOutput(String text) {
        return new CommandException(
                ExitCode.USAGE,
                "unknown output format \""
                        + text
                        + "\": it is one of "
                        + String.join(", ", OutputFormat.words()));
    }

    private static Duration timeout(String text) {
        if (text.isEmpty()) {
            return TIMEOUT;
        }
        return DurationText.parseJava(text)
                .orElseThrow(
                        () ->
                                new CommandException(
                                        ExitCode.USAGE,
                                        "\"" + text + "\" is no duration: write 30s, 500ms or 2m"));
    }

    /**
     * A flag beats the environment, which beats the file; a context's token goes to its own server
     * only.
     */
    private static ServerOptions server(
            Flags flags, Shell shell, ConfigFile file, Duration timeout) {
        Optional<ConfigFile.Context> context = Optional.empty();
        String url = "";
        if (flags.server() != null) {
            url = flags.server();
        } else if (flags.context() != null) {
            context = Optional.of(context(flags.context(), file));
        } else if (!shell.variable("SLUICECTL_SERVER").isEmpty()) {
            url = shell.variable("SLUICECTL_SERVER");
        } else if (!shell.variable("SLUICECTL_CONTEXT").isEmpty()) {
            context = Optional.of(context(shell.variable("SLUICECTL_CONTEXT"), file));
        } else if (!file.option("server").isEmpty()) {
            url = file.option("server");
        } else if (!file.option("context").isEmpty()) {
            context = Optional.of(context(file.option("context"), file));
        }
        if (context.isPresent()) {
            url = context.get().value("server");
        }
        String author = first(null, shell, "SLUICECTL_AUTHOR", file, "author");
        return new ServerOptions(
                uri(url.isEmpty() ? SERVER : url),
                token(shell, context, file),
                ca(shell, context, file),
                author.isEmpty() ? shell.userName() : author,
                timeout.compareTo(CONNECT_TIMEOUT_MAX) < 0 ? timeout : CONNECT_TIMEOUT_MAX,
                READ_TIMEOUT);
    }

    private static ConfigFile.Context context(String name, ConfigFile file) {
        ConfigFile.Context context = file.contexts().get(name);
        if (context != null) {
            return context;
        }
        String hint = DidYouMean.hint(name, file.contexts().keySet());
        throw new CommandException(
                ExitCode.USAGE,
                "no context \""
                        + name
                        + "\" in "
                        + file.path()
                        + (hint.isEmpty() ? "" : "; " + hint));
    }

    private static URI uri(String text) {
        try {
            URI uri = URI.create(text.contains("://") ? text : "http://" + text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw noServer(text);
        }
        throw noServer(text);
    }

    private static CommandException noServer(String text) {
        return new CommandException(
                ExitCode.USAGE,
                "\"" + text + "\" is no server: write http://HOST:PORT or https://HOST:PORT");
    }

    private static @Nullable String token(
            Shell shell, Optional<ConfigFile.Context> context, ConfigFile file) {
        String variable = shell.variable("SLUICECTL_TOKEN");
        if (!variable.isEmpty()) {
            return variable;
        }
        String path = context.map(found -> found.value("token-file")).orElse("");
        if (!path.isEmpty()) {
            return tokenFrom(beside(file, path));
        }
        return context.map(found -> found.value("token"))
                .filter(token -> !token.isEmpty())
                .orElse(null);
    }

    private static String tokenFrom(Path path) {
        try {
            return Files.readString(path, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE, "cannot read the token in " + path + ": " + e.getMessage());
        }
    }

    private static @Nullable Path ca(
            Shell shell, Optional<ConfigFile.Context> context, ConfigFile file) {
        String variable = shell.variable("SLUICECTL_CA");
        if (!variable.isEmpty()) {
            return Path.of(variable);
        }
        return context.map(found -> found.value("ca"))
                .filter(path -> !path.isEmpty())
                .map(path -> beside(file, path))
                .orElse(null);
    }

    /** A path in the config file is relative to the file. */
    private static Path beside(ConfigFile file, String path) {
        return file.path().resolveSibling(path);
    }
}
