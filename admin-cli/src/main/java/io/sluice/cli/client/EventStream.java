package io.sluice.cli.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One connection's server-sent events (WHATWG HTML section 9.2), in order. Not thread-safe; close
 * it to let go of the connection.
 */
public final class EventStream implements AutoCloseable {

    /**
     * One event.
     *
     * @param id where a reader resumes after it, "" if the server gave none yet
     * @param name its type, "message" if none was given
     * @param data its data lines, joined by line ends
     */
    public record Event(String id, String name, String data) {}

    private final BufferedReader lines;
    private final Runnable disconnect;
    private String lastEventId = "";

    EventStream(InputStream in, Runnable disconnect) {
        this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.disconnect = disconnect;
    }

    /**
     * Waits for the next event.
     *
     * @return empty when the server ended the stream
     * @throws IOException when the connection broke or was silent for too long
     */
    public Optional<Event> next() throws IOException {
        String name = "";
        StringBuilder data = new StringBuilder();
        boolean seen = false;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                if (seen) {
                    return Optional.of(
                            new Event(
                                    lastEventId,
                                    name.isEmpty() ? "message" : name,
                                    data.toString()));
                }
                name = "";
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (field) {
                case "event" -> name = value;
                case "id" -> lastEventId = value;
                case "data" -> {
                    data.append(seen ? "\n" : "").append(value);
                    seen = true;
                }
                default -> {} // "" is a heartbeat comment; retry and unknown fields are ignored
            }
        }
        return Optional.empty();
    }

    /** Where a reader resumes; "" while the server has not said. */
    public String lastEventId() {
        return lastEventId;
    }

    @Override
    public void close() {
        disconnect.run();
    }
}
