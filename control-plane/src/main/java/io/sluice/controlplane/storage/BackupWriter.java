package io.sluice.controlplane.storage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import io.sluice.proto.SoftwareVersion;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes {@link BackupFormat}. The state comes from memory; the history is read in pieces while
 * writes go on, which is sound because revisions never change once written, and those after the
 * state's are left out.
 */
final class BackupWriter {
    private static final int REVISIONS_PER_READ = 100;
    private static final JsonFactory JSON = new JsonFactory();

    private final Database database;
    private final InstantSource clock;

    BackupWriter(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** One line's content. */
    private interface Line {
        void write(JsonGenerator json) throws IOException;
    }

    /** Counts and digests what is written. */
    private static final class Lines {
        private final DigestOutputStream out;
        private long count;

        Lines(OutputStream out) {
            this.out = new DigestOutputStream(out, sha256());
        }

        void add(Line line) throws IOException {
            // A line at a time: the generator would close what it writes to.
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (JsonGenerator json = JSON.createGenerator(bytes)) {
                json.writeStartObject();
                line.write(json);
                json.writeEndObject();
            }
            bytes.write('\n');
            bytes.writeTo(out);
            count++;
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    void write(StoreState state, OutputStream out) throws IOException {
        Lines lines = new Lines(out);
        header(lines, state);
        for (Kind kind : Kind.values()) {
            for (StoredResource stored : state.all(kind)) {
                resource(lines, stored);
            }
        }
        for (CanaryMark mark : state.canaries().values()) {
            canary(lines, mark);
        }
        for (String node : state.drainedNodes()) {
            lines.add(
                    json -> {
                        json.writeObjectFieldStart("drained");
                        json.writeStringField("node", node);
                        json.writeEndObject();
                    });
        }
        history(lines, state.revision());
        long count = lines.count;
        String digest = HexFormat.of().formatHex(lines.out.getMessageDigest().digest());
        lines.add(
                json -> {
                    json.writeObjectFieldStart("end");
                    json.writeNumberField("lines", count);
                    json.writeStringField("sha256", digest);
                    json.writeEndObject();
                });
        lines.out.flush();
    }

    private void header(Lines lines, StoreState state) throws IOException {
        lines.add(
                json -> {
                    json.writeNumberField("sluiceBackup", BackupFormat.VERSION);
                    json.writeStringField("softwareVersion", SoftwareVersion.current());
                    json.writeStringField("time", clock.instant().toString());
                    json.writeNumberField("epoch", state.epoch());
                    json.writeNumberField("revision", state.revision());
                    json.writeNumberField("resources", state.resources().size());
                });
    }

    private static void resource(Lines lines, StoredResource stored) throws IOException {
        lines.add(
                json -> {
                    json.writeObjectFieldStart("resource");
                    key(json, stored.resource().key());
                    json.writeNumberField("revision", stored.revision());
                    json.writeStringField("createTime", stored.createTime().toString());
                    json.writeStringField("updateTime", stored.updateTime().toString());
                    json.writeBinaryField("config", Tables.bytes(stored.resource()));
                    json.writeEndObject();
                });
    }

    private static void canary(Lines lines, CanaryMark mark) throws IOException {
        lines.add(
                json -> {
                    json.writeObjectFieldStart("canary");
                    json.writeStringField("split", mark.split());
                    json.writeStringField("since", mark.since().toString());
                    json.writeStringField("author", mark.author());
                    json.writeNumberField("revision", mark.revision());
                    json.writeEndObject();
                });
    }

    /** A piece of the history. */
    private record Piece(List<RevisionSummary> revisions, List<List<Plan.Step>> steps) {}

    private void history(Lines lines, long newest) throws IOException {
        long next = 1;
        while (next <= newest) {
            long first = next;
            Piece piece = database.read(transaction -> piece(transaction, first, newest));
            for (int i = 0; i < piece.revisions().size(); i++) {
                revision(lines, piece.revisions().get(i), piece.steps().get(i));
            }
            if (piece.revisions().isEmpty()) {
                return;
            }
            next = piece.revisions().getLast().number() + 1;
        }
    }

    private static Piece piece(Transaction transaction, long first, long newest)
            throws SQLException {
        List<RevisionSummary> revisions =
                History.ascending(transaction, first, newest, REVISIONS_PER_READ);
        List<List<Plan.Step>> steps = new ArrayList<>();
        for (RevisionSummary revision : revisions) {
            steps.add(History.steps(transaction, revision.number()));
        }
        return new Piece(revisions, steps);
    }

    private static void revision(Lines lines, RevisionSummary revision, List<Plan.Step> steps)
            throws IOException {
        lines.add(
                json -> {
                    json.writeObjectFieldStart("revision");
                    json.writeNumberField("number", revision.number());
                    json.writeStringField("time", revision.time().toString());
                    json.writeStringField("author", revision.author());
                    json.writeBooleanField("authorVerified", revision.authorVerified());
                    json.writeStringField("message", revision.message());
                    json.writeNumberField("created", revision.created());
                    json.writeNumberField("updated", revision.updated());
                    json.writeNumberField("deleted", revision.deleted());
                    json.writeArrayFieldStart("changes");
                    for (Plan.Step step : steps) {
                        json.writeStartObject();
                        key(json, step.key());
                        config(json, "before", step.before());
                        config(json, "after", step.after());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                });
    }

    private static void key(JsonGenerator json, ResourceKey key) throws IOException {
        json.writeStringField("kind", key.kind().singular());
        json.writeStringField("name", key.name());
    }

    private static void config(JsonGenerator json, String field, @Nullable Resource resource)
            throws IOException {
        if (resource != null) {
            json.writeBinaryField(field, Tables.bytes(resource));
        }
    }
}
