package io.sluice.cli.command;

import io.sluice.proto.DidYouMean;

import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code ~/.config/sluice/config.yaml}: the options by their names, and control planes by name.
 *
 * <pre>
 * context: staging
 * contexts:
 *   staging: { server: "https://sluice.staging.example:7070", token: s3cret, ca: staging-ca.pem }
 * </pre>
 *
 * @param path where it was read from
 * @param options the options at its top level
 * @param contexts by name
 */
record ConfigFile(Path path, Map<String, String> options, Map<String, Context> contexts) {
    private static final List<String> OPTIONS =
            List.of("server", "context", "contexts", "output", "timeout", "no-color", "author");
    private static final List<String> CONTEXT_KEYS = List.of("server", "token", "token-file", "ca");

    /**
     * One control plane.
     *
     * @param values the keys that were given: server, token, token-file, ca
     */
    record Context(Map<String, String> values) {
        String value(String key) {
            return values.getOrDefault(key, "");
        }
    }

    /** The value of an option, "" where the file does not say. */
    String option(String key) {
        return options.getOrDefault(key, "");
    }

    /**
     * Reads the file; one that is not there says nothing.
     *
     * @throws CommandException usage, when it cannot be read or understood
     */
    static ConfigFile read(Path path) {
        return Files.exists(path)
                ? new Reader(path).read()
                : new ConfigFile(path, Map.of(), Map.of());
    }

    /** Apart, so that the YAML library loads only where there is a file. */
    private record Reader(Path path) {
        ConfigFile read() {
            Map<String, String> options = new LinkedHashMap<>();
            Map<String, Context> contexts = new LinkedHashMap<>();
            mapping("the file", tree())
                    .forEach(
                            (key, value) -> {
                                known(key, key, OPTIONS);
                                if (key.equals("contexts")) {
                                    mapping(key, value)
                                            .forEach(
                                                    (name, context) ->
                                                            contexts.put(
                                                                    name, context(name, context)));
                                } else {
                                    options.put(key, scalar(key, value));
                                }
                            });
            return new ConfigFile(path, Map.copyOf(options), Map.copyOf(contexts));
        }

        private Object tree() {
            try {
                String text = Files.readString(path, StandardCharsets.UTF_8);
                LoadSettings settings = LoadSettings.builder().setLabel(path.toString()).build();
                Object tree = new Load(settings).loadFromString(text);
                return tree == null ? Map.of() : tree;
            } catch (IOException e) {
                throw usage("cannot be read: " + e.getMessage());
            } catch (YamlEngineException e) {
                throw usage("is not YAML: " + e.getMessage());
            }
        }

        private Context context(String name, Object tree) {
            Map<String, String> values = new LinkedHashMap<>();
            mapping("contexts." + name, tree)
                    .forEach(
                            (key, value) -> {
                                String where = "contexts." + name + "." + key;
                                known(where, key, CONTEXT_KEYS);
                                values.put(key, scalar(where, value));
                            });
            return new Context(Map.copyOf(values));
        }

        private void known(String where, String key, Collection<String> keys) {
            if (!keys.contains(key)) {
                String hint = DidYouMean.hint(key, keys);
                String said = hint.isEmpty() ? "there are " + String.join(", ", keys) : hint;
                throw usage(where + ": unknown key; " + said);
            }
        }

        private Map<String, Object> mapping(String where, Object tree) {
            if (!(tree instanceof Map<?, ?> map)) {
                throw usage(where + ": must be a mapping");
            }
            Map<String, Object> entries = new LinkedHashMap<>();
            map.forEach(
                    (key, value) -> entries.put(String.valueOf(key), value == null ? "" : value));
            return entries;
        }

        private String scalar(String where, Object value) {
            if (value instanceof Map || value instanceof Collection) {
                throw usage(where + ": must be a single value");
            }
            return value.toString();
        }

        private CommandException usage(String message) {
            return new CommandException(ExitCode.USAGE, path + ": " + message);
        }
    }
}
