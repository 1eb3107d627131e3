package io.sluice.cli.command;

import io.sluice.cli.client.EventStream;
import io.sluice.cli.client.RestException;
import io.sluice.cli.json.Json;
import io.sluice.cli.json.JsonReader;
import io.sluice.cli.json.JsonWriter;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
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
    private static final List<String> TYPES = List.of("revision", "node", "activation", "problem");
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
        for (String type : types) {
            if (!TYPES.contains(type)) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "there are no events \""
                                + type
                                + "\": there are "
                                + String.join(", ", TYPES));
            }
        }
        String path =
                "/api/v1/events" + (types.isEmpty() ? "" : "?types=" + String.join(",", types));
        Duration pause = RETRY_FIRST;
        boolean enough = follow(path, true);
        while (!enough) {
            session.terminal().message(Tone.WARNING, "the control plane is away, connecting again");
            session.shell().ticker().pause(pause);
            try {
                enough = follow(path, false);
                pause = RETRY_FIRST;
            } catch (RestException.Unreachable stillAway) {
                Duration longer = pause.multipliedBy(2);
                pause = longer.compareTo(RETRY_LONGEST) < 0 ? longer : RETRY_LONGEST;
            }
        }
        return ExitCode.OK;
    }

    /** Prints events until the stream ends or breaks; whether that were enough. */
    private boolean follow(String path, boolean first) {
        try (EventStream events = session.client().events(path, lastEventId, SILENCE_MAX)) {
            if (!first) {
                session.terminal().message(Tone.GOOD, "connected again");
            }
            try {
                return print(events);
            } finally {
                lastEventId = events.lastEventId().isEmpty() ? lastEventId : events.lastEventId();
            }
        } catch (IOException broken) {
            return false; // a stream that breaks is one that ended
        }
    }

    private boolean print(EventStream events) throws IOException {
        for (Optional<EventStream.Event> next = events.next();
                next.isPresent();
                next = events.next()) {
            print(next.get());
            if (count > 0 && ++printed >= count) {
                return true;
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
            case TABLE, WIDE ->
                    terminal.line(EventLines.of(terminal, event.name(), data, session.now()));
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
}
