package io.sluice.cli.command;

import io.sluice.cli.client.EventStream;
import io.sluice.cli.client.RestException;
import io.sluice.cli.json.Json;
import io.sluice.cli.json.JsonReader;
import io.sluice.cli.json.JsonWriter;
import io.sluice.cli.output.ProblemLines;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code sluicectl events}: what happens in the fleet, as it happens. */
@Command(
        name = "events",
        sortOptions = false,
        description = {
            "Follow what happens in the fleet, one line each: revisions, nodes, activations,"
                    + " problems.",
            "",
            "Goes on until Ctrl-C, and connects again when the control plane was away; nothing is"
                    + " missed as long as",
            "the control plane still has it. -o json prints one JSON object a line.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl events",
            "  sluicectl events --type node,problem",
            "  sluicectl events -o json --count 10"
        })
final class EventsCommand implements Callable<Integer> {
    private static final Duration SILENCE_MAX = Duration.ofSeconds(60);
    private static final Duration RETRY_FIRST = Duration.ofMillis(250);
    private static final Duration RETRY_LONGEST = Duration.ofSeconds(10);

    private final Session session;

    @Option(
            names = "--type",
            split = ",",
            paramLabel = "TYPE",
            description =
                    "Only these: revision, node, activation, problem. Such as --type node,problem.")
    private List<String> types = List.of();

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "0",
            description = "End after so many events, such as --count 10. Default: never.")
    private int count;

    @Option(
            names = "--since",
            paramLabel = "ID",
            defaultValue = "",
            description =
                    "Begin after the event with this id, as far as it is kept; 0 is the oldest."
                            + " Such as --since 0.")
    private String lastEventId = "";

    private int printed;

    EventsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        boolean connectedOnce = false;
        boolean away = false;
        Duration pause = RETRY_FIRST;
        while (true) {
            try (EventStream events =
                    session.client().events("/api/v1/events", lastEventId, SILENCE_MAX)) {
                if (away) {
                    session.terminal().message(Tone.GOOD, "connected again");
                }
                connectedOnce = true;
                away = false;
                pause = RETRY_FIRST;
                if (follow(events)) {
                    return ExitCode.OK;
                }
            } catch (RestException.Unreachable | IOException e) {
                if (!connectedOnce && e instanceof RestException.Unreachable nobody) {
                    throw nobody;
                }
            }
            if (!away) {
                session.terminal()
                        .message(Tone.WARNING, "the control plane is away, connecting again");
                away = true;
            }
            session.shell().ticker().pause(pause);
            Duration longer = pause.multipliedBy(2);
            pause = longer.compareTo(RETRY_LONGEST) < 0 ? longer : RETRY_LONGEST;
        }
    }

    /** Prints events until the stream ends; whether that were enough. */
    private boolean follow(EventStream events) throws IOException {
        for (Optional<EventStream.Event> next = events.next();
                next.isPresent();
                next = events.next()) {
            EventStream.Event event = next.get();
            lastEventId = event.id();
            if (types.isEmpty() || types.contains(event.name())) {
                print(event);
                if (count > 0 && ++printed >= count) {
                    return true;
                }
            }
        }
        return false;
    }

    private void print(EventStream.Event event) throws IOException {
        Json data = JsonReader.read(event.data());
        Terminal terminal = session.terminal();
        switch (session.output()) {
            case JSON -> terminal.line(JsonWriter.compact(tree(event, data)));
            case YAML -> {
                terminal.line("---");
                session.printTree(tree(event, data));
            }
            case NAME -> terminal.line(event.name());
            case TABLE, WIDE -> terminal.line(line(terminal, event, data));
        }
        terminal.flush();
    }

    private static Json tree(EventStream.Event event, Json data) {
        return Json.object(
                members -> {
                    members.put("id", Json.of(event.id()));
                    members.put("event", Json.of(event.name()));
                    members.put("data", data);
                });
    }

    private String line(Terminal terminal, EventStream.Event event, Json data) {
        String time = data.text("time").isEmpty() ? session.now().toString() : data.text("time");
        Tone tone =
                switch (event.name()) {
                    case "revision" -> Tone.NOTE;
                    case "activation" -> Tone.GOOD;
                    case "problem" -> Tone.BAD;
                    default -> Tone.PLAIN;
                };
        String name = String.format(Locale.ROOT, "%-10s", event.name());
        return time
                + "  "
                + terminal.paint(tone, name)
                + "  "
                + Terminal.printable(summary(data.without("time")));
    }

    /** The parts of an event in words: scalars by name, problems as everywhere. */
    private static String summary(Json data) {
        List<String> parts = new ArrayList<>();
        data.members()
                .forEach(
                        (name, value) -> {
                            switch (value) {
                                case Json.Members problem when problem.has("code") ->
                                        parts.add(ProblemLines.of(problem));
                                case Json.Members ignored ->
                                        parts.add(name + "=" + JsonWriter.compact(value));
                                case Json.Items(List<Json> items) -> {
                                    if (!items.isEmpty()) {
                                        parts.add(name + "=" + items(items));
                                    }
                                }
                                case Json.Absent ignored -> {}
                                case Json.Text(String text) -> {
                                    if (!text.isEmpty()) {
                                        parts.add(
                                                name
                                                        + "="
                                                        + (text.contains(" ")
                                                                ? "\"" + text + "\""
                                                                : text));
                                    }
                                }
                                case Json.Number(String literal) -> parts.add(name + "=" + literal);
                                case Json.Bool(boolean flag) -> parts.add(name + "=" + flag);
                            }
                        });
        return String.join(" ", parts);
    }

    private static String items(List<Json> items) {
        return String.join(
                ",",
                items.stream()
                        .map(
                                item ->
                                        item.has("code")
                                                ? ProblemLines.of(item)
                                                : item.has("kind")
                                                        ? item.text("kind").toLowerCase(Locale.ROOT)
                                                                + "/"
                                                                + item.text("name")
                                                        : item.members().isEmpty()
                                                                ? item.text()
                                                                : JsonWriter.compact(item))
                        .toList());
    }
}
