package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.cli.json.JsonWriter;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.ProblemLines;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Events of the fleet, one line each. */
final class EventLines {
    private EventLines() {}

    /** When, what sort, and what in words; an event of an unknown sort is shown as it came. */
    static String of(Terminal terminal, String name, Json data, Instant now) {
        String time =
                Figures.time(data.text("time").isEmpty() ? now.toString() : data.text("time"));
        String words =
                switch (name) {
                    case "revision" -> revision(data);
                    case "node" -> node(data);
                    case "activation" -> activation(data);
                    case "problem" -> problem(data);
                    case "gap" -> "events were missed; see sluicectl status for how things stand";
                    default -> JsonWriter.compact(data);
                };
        String sort = String.format(Locale.ROOT, "%-10s", name);
        return time
                + "  "
                + terminal.paint(tone(name, data), sort)
                + "  "
                + Terminal.printable(words);
    }

    private static Tone tone(String name, Json data) {
        return switch (name) {
            case "revision" -> Tone.NOTE;
            case "activation" -> data.text("result").equals("active") ? Tone.GOOD : Tone.BAD;
            case "problem", "gap" -> Tone.BAD;
            default -> Tone.PLAIN;
        };
    }

    private static String revision(Json data) {
        List<String> changes = new ArrayList<>();
        for (Json change : data.items("changes")) {
            changes.add(
                    change.text("kind").toLowerCase(Locale.ROOT)
                            + " "
                            + change.text("name")
                            + " "
                            + change.text("op"));
        }
        String author = data.text("author").isEmpty() ? "" : " by " + data.text("author");
        String message = data.text("message").isEmpty() ? "" : " \"" + data.text("message") + "\"";
        return data.text("revision") + author + message + ": " + String.join(", ", changes);
    }

    private static String node(Json data) {
        String name = data.at("node").text("name");
        String reason = data.text("reason").isEmpty() ? "" : ": " + data.text("reason");
        if (!data.text("change").equals("endpoints")) {
            return name + " " + data.text("change") + reason;
        }
        List<Json> endpoints = data.at("node").items("endpoints");
        List<String> unhealthy = new ArrayList<>();
        for (Json endpoint : endpoints) {
            if (endpoint.text("health").equals("unhealthy")) {
                unhealthy.add(endpoint.text("cluster") + " " + endpoint.text("address"));
            }
        }
        return name
                + " sees "
                + (endpoints.size() - unhealthy.size())
                + " of "
                + endpoints.size()
                + " endpoints healthy"
                + (unhealthy.isEmpty() ? "" : "; not " + String.join(", ", unhealthy));
    }

    private static String activation(Json data) {
        Json all = data.at("activation");
        return "revision "
                + data.text("revision")
                + " "
                + data.text("result")
                + (data.text("result").equals("active") ? " on " : " by ")
                + data.text("node")
                + " ("
                + all.number("active")
                + " of "
                + all.number("connected")
                + (all.number("rejected") > 0 ? ", " + all.number("rejected") + " rejected" : "")
                + ")";
    }

    private static String problem(Json data) {
        List<String> problems = data.items("problems").stream().map(ProblemLines::of).toList();
        return data.text("node")
                + ": "
                + (problems.isEmpty() ? "no problems any more" : String.join(" | ", problems));
    }
}
