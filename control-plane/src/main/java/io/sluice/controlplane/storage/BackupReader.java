package io.sluice.controlplane.storage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;

import io.sluice.controlplane.storage.StorageException.Unusable;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Reads {@link BackupFormat} from the first line to the last and hands over each piece. To be sure
 * of a file before any of it is used, read it once into nothing.
 */
final class BackupReader {
    /** Bytes of a line: a revision that changed everything there is. */
    private static final int LINE_BYTES_MAX = 1024 * 1024 * 1024;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxStringLength(LINE_BYTES_MAX).build())
                    .build();

    private final Path file;
    private final Sink sink;
    private final MessageDigest digest = BackupWriter.sha256();
    private @Nullable Header header;
    private long lines;
    private long resources;
    private long lastRevision;
    private boolean ended;

    private BackupReader(Path file, Sink sink) {
        this.file = file;
        this.sink = sink;
    }

    /** What the first line says. */
    record Header(
            String softwareVersion, Instant time, long epoch, long revision, long resources) {}

    /** Takes what is read, in the order of the file. */
    interface Sink {
        /** Takes nothing. */
        Sink NOTHING = new Sink() {};

        default void resource(StoredResource resource) throws SQLException {}

        default void canary(CanaryMark mark) throws SQLException {}

        default void drained(String node) throws SQLException {}

        default void revision(RevisionSummary revision, List<Plan.Step> steps)
                throws SQLException {}
    }

    /**
     * @throws Unusable if the file is missing, no backup, of a newer format, or not what was
     *     written
     */
    static Header read(Path file, Sink sink) throws SQLException {
        BackupReader reader = new BackupReader(file, sink);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return reader.read(in);
        } catch (NoSuchFileException e) {
            throw new Unusable("the backup " + file + " does not exist", e);
        } catch (IOException | DateTimeException | IllegalArgumentException e) {
            String where = reader.lines == 0 ? "" : " in line " + (reader.lines + 1);
            throw new Unusable(
                    "the backup "
                            + file
                            + " cannot be read"
                            + where
                            + ": "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
    }

    private Header read(InputStream in) throws IOException, SQLException {
        byte[] line = nextLine(in);
        while (line != null) {
            if (ended) {
                throw damaged("goes on after its end");
            }
            Map<String, Object> object = object(line);
            if (object.get("end") instanceof Map<?, ?> end) {
                end(end);
            } else {
                digest.update(line);
                digest.update((byte) '\n');
                piece(object);
                lines++;
            }
            line = nextLine(in);
        }
        if (header == null || !ended) {
            throw damaged("is incomplete: its last line is missing");
        }
        return header;
    }

    private void piece(Map<String, Object> object) throws IOException, SQLException {
        if (lines == 0) {
            header(object);
        } else if (object.get("resource") instanceof Map<?, ?> map) {
            Fields fields = new Fields(map);
            ResourceKey key = fields.key();
            resources++;
            sink.resource(
                    new StoredResource(
                            fields.resource(key, "config"),
                            fields.number("revision"),
                            fields.time("createTime"),
                            fields.time("updateTime"),
                            Collections.emptySortedSet()));
        } else if (object.get("canary") instanceof Map<?, ?> map) {
            Fields fields = new Fields(map);
            sink.canary(
                    new CanaryMark(
                            fields.text("split"),
                            fields.time("since"),
                            fields.text("author"),
                            fields.number("revision")));
        } else if (object.get("drained") instanceof Map<?, ?> map) {
            sink.drained(new Fields(map).text("node"));
        } else if (object.get("revision") instanceof Map<?, ?> map) {
            revision(new Fields(map));
        } else {
            throw damaged("has a line of an unknown kind: " + object.keySet());
        }
    }

    private void header(Map<String, Object> object) {
        if (!(object.get("sluiceBackup") instanceof Long version)) {
            throw new Unusable("the file " + file + " is no backup of Sluice");
        }
        if (version != BackupFormat.VERSION) {
            throw new Unusable(
                    "the backup "
                            + file
                            + " has format "
                            + version
                            + ", written by a newer Sluice; this one reads "
                            + BackupFormat.VERSION);
        }
        Fields fields = new Fields(object);
        header =
                new Header(
                        fields.text("softwareVersion"),
                        fields.time("time"),
                        fields.number("epoch"),
                        fields.number("revision"),
                        fields.number("resources"));
    }

    private void revision(Fields fields) throws SQLException {
        long number = fields.number("number");
        if (lastRevision != 0 && number != lastRevision + 1) {
            throw damaged("has revision " + number + " after " + lastRevision);
        }
        lastRevision = number;
        List<Plan.Step> steps = new ArrayList<>();
        if (fields.map.get("changes") instanceof List<?> changes) {
            for (Object change : changes) {
                if (change instanceof Map<?, ?> map) {
                    Fields step = new Fields(map);
                    ResourceKey key = step.key();
                    steps.add(
                            new Plan.Step(
                                    key,
                                    step.resourceOrNull(key, "before"),
                                    step.resourceOrNull(key, "after")));
                }
            }
        }
        sink.revision(
                new RevisionSummary(
                        number,
                        fields.time("time"),
                        fields.text("author"),
                        Boolean.TRUE.equals(fields.map.get("authorVerified")),
                        fields.text("message"),
                        Math.toIntExact(fields.number("created")),
                        Math.toIntExact(fields.number("updated")),
                        Math.toIntExact(fields.number("deleted"))),
                steps);
    }

    private void end(Map<?, ?> map) {
        Fields fields = new Fields(map);
        String computed = HexFormat.of().formatHex(digest.digest());
        if (fields.number("lines") != lines || !fields.text("sha256").equals(computed)) {
            throw damaged("is not what was written: its checksum differs");
        }
        if (header == null
                || header.resources() != resources
                || header.revision() != lastRevision) {
            throw damaged("does not hold what its first line says");
        }
        ended = true;
    }

    private Unusable damaged(String how) {
        return new Unusable("the backup " + file + " " + how);
    }

    private static byte @Nullable [] nextLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
        int next = in.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            line.write(next);
            if (line.size() > LINE_BYTES_MAX) {
                throw new IOException("a line is longer than " + LINE_BYTES_MAX + " bytes");
            }
            next = in.read();
        }
        if (next < 0) {
            throw new IOException("the last line is cut off");
        }
        return line.toByteArray();
    }

    private static Map<String, Object> object(byte[] line) throws IOException {
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("a line is no JSON object");
            }
            return map(json);
        }
    }

    private static Map<String, Object> map(JsonParser json) throws IOException {
        Map<String, Object> map = new HashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            map.put(name, value(json));
        }
        return map;
    }

    private static Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> map(json);
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(json));
                }
                yield list;
            }
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> String.valueOf(json.getText());
        };
    }

    /**
     * Typed access to one object; what is missing or of another type is an
     * IllegalArgumentException.
     */
    private record Fields(Map<?, ?> map) {
        String text(String name) {
            if (map.get(name) instanceof String text) {
                return text;
            }
            throw new IllegalArgumentException("\"" + name + "\" is missing");
        }

        long number(String name) {
            if (map.get(name) instanceof Long number) {
                return number;
            }
            throw new IllegalArgumentException("\"" + name + "\" is missing");
        }

        Instant time(String name) {
            return Instant.parse(text(name));
        }

        ResourceKey key() throws SQLException {
            return Tables.key(text("kind"), text("name"));
        }

        Resource resource(ResourceKey key, String name) throws SQLException {
            byte[] config =
                    Base64.getDecoder().decode(text(name).getBytes(StandardCharsets.US_ASCII));
            return Tables.resource(key, config);
        }

        @Nullable Resource resourceOrNull(ResourceKey key, String name) throws SQLException {
            return map.containsKey(name) ? resource(key, name) : null;
        }
    }
}
