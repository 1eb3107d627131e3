package io.sluice.controlplane;

import io.sluice.proto.options.StartFailure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Tells whoever started us that the doors are open, and where. It appears with its whole content or
 * not at all.
 */
final class ReadyFile {
    private ReadyFile() {}

    static void write(Path file, String rest, String grpc) {
        // Addresses need no escaping in JSON.
        String json = "{\"rest\":\"" + rest + "\",\"grpc\":\"" + grpc + "\"}\n";
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(temporary, json);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StartFailure(
                    "--ready-file " + file + " cannot be written (" + e.getMessage() + ")", e);
        }
    }
}
