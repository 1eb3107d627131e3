package io.sluice.proto.options;

import io.sluice.proto.DidYouMean;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What an option is when its flag is absent: the environment variable, then the file's key.
 * Immutable.
 */
final class OptionDefaults implements IDefaultValueProvider {
    private static final String CONFIG = "--config";
    private static final int FILE_BYTES_MAX = 1024 * 1024;

    private final String variablePrefix;
    private final Map<String, String> environment;
    private final Map<String, String> file;

    private OptionDefaults(
            String variablePrefix, Map<String, String> environment, Map<String, String> file) {
        this.variablePrefix = variablePrefix;
        this.environment = environment;
        this.file = file;
    }

    /**
     * Reads the file that {@code --config} or its variable names, if any.
     *
     * @throws ParameterException if it cannot be read, or has a key that is no option
     */
    static OptionDefaults read(
            CommandLine line,
            String variablePrefix,
            String[] arguments,
            Map<String, String> environment) {
        String path = configFile(arguments);
        if (path == null) {
            path = environment.get(variablePrefix + "_CONFIG");
        }
        Map<String, String> values =
                path == null || path.isEmpty() ? Map.of() : readFile(line, path);
        return new OptionDefaults(variablePrefix, environment, values);
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        String variable = environment.get(ProgramOptions.variable(variablePrefix, option));
        if (variable != null && !variable.isEmpty()) {
            return variable;
        }
        return file.get(ProgramOptions.key(option));
    }

    // Before picocli parses: it wants defaults then.
    private static @Nullable String configFile(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].startsWith(CONFIG + "=")) {
                return arguments[i].substring(CONFIG.length() + 1);
            }
            if (arguments[i].equals(CONFIG) && i + 1 < arguments.length) {
                return arguments[i + 1];
            }
        }
        return null;
    }

    private static Map<String, String> readFile(CommandLine line, String path) {
        Object root = parse(line, path);
        if (root == null) {
            return Map.of();
        }
        if (!(root instanceof Map<?, ?> map)) {
            throw wrong(line, path, "is not a mapping of option names to values", null);
        }
        Map<String, String> known = new HashMap<>();
        for (OptionSpec option : line.getCommandSpec().options()) {
            if (!option.usageHelp()
                    && !option.versionHelp()
                    && !option.longestName().equals(CONFIG)) {
                known.put(ProgramOptions.key(option), "");
            }
        }
        Map<String, String> values = new HashMap<>();
        List<String> unknown = new ArrayList<>();
        map.forEach(
                (name, value) -> {
                    String key = String.valueOf(name);
                    if (!known.containsKey(key)) {
                        String hint = DidYouMean.hint(key, new TreeSet<>(known.keySet()));
                        unknown.add("\"" + key + "\"" + (hint.isEmpty() ? "" : " (" + hint + ")"));
                    } else if (value != null) {
                        values.put(key, text(value));
                    }
                });
        if (!unknown.isEmpty()) {
            throw wrong(
                    line,
                    path,
                    "has keys that are no options: " + String.join(", ", unknown),
                    null);
        }
        return Map.copyOf(values);
    }

    private static @Nullable Object parse(CommandLine line, String path) {
        try {
            if (Files.size(Path.of(path)) > FILE_BYTES_MAX) {
                throw wrong(line, path, "is larger than 1 MiB", null);
            }
            String text = Files.readString(Path.of(path));
            return new Load(LoadSettings.builder().setLabel(path).build()).loadFromString(text);
        } catch (NoSuchFileException e) {
            throw wrong(line, path, "does not exist", e);
        } catch (MalformedInputException e) {
            throw wrong(line, path, "is not UTF-8", e);
        } catch (IOException e) {
            throw wrong(line, path, "cannot be read (" + e.getMessage() + ")", e);
        } catch (MarkedYamlEngineException e) {
            String where =
                    e.getProblemMark().map(mark -> " in line " + (mark.getLine() + 1)).orElse("");
            throw wrong(line, path, "is not YAML: " + e.getProblem() + where, e);
        } catch (YamlEngineException e) {
            throw wrong(line, path, "is not YAML: " + e.getMessage(), e);
        }
    }

    // Lists and maps in the form that variables have.
    private static String text(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(OptionDefaults::text).collect(Collectors.joining(","));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(e -> e.getKey() + "=" + e.getValue())
                    .collect(Collectors.joining(","));
        }
        return String.valueOf(value);
    }

    private static ParameterException wrong(
            CommandLine line, String path, String what, @Nullable Exception cause) {
        return new ParameterException(line, "the file " + path + " of --config " + what, cause);
    }
}
