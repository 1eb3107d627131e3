package io.sluice.dataplane;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import io.sluice.proto.HostPort;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells scripts where the node can be reached: JSON, replaced by rename. Config thread, but for the
 * first time.
 */
final class ReadyFile {
    private static final Logger LOG = LoggerFactory.getLogger(ReadyFile.class);

    private final @Nullable Path file;

    ReadyFile(@Nullable Path file) {
        this.file = file;
    }

    /** Writes it, if one is wanted. */
    void write(HostPort admin, Map<String, String> listeners) {
        if (file == null) {
            return;
        }
        try {
            Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
            Files.writeString(temporary, json(admin, listeners));
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("event=ready-file-not-written file={} problem=\"{}\"", file, e.toString());
        }
    }

    private static String json(HostPort admin, Map<String, String> listeners) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("admin", admin.toString());
            json.writeObjectFieldStart("listeners");
            for (Map.Entry<String, String> listener : new TreeMap<>(listeners).entrySet()) {
                json.writeStringField(listener.getKey(), listener.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        return text.append('\n').toString();
    }
}
