package io.sluice.dataplane.telemetry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is appended to and, before it would grow over its bound, renamed to FILE.1 (FILE.1 to
 * FILE.2 and so on; the oldest goes). One thread.
 */
final class RotatingFile implements LogSink {
    private final Path file;
    private final long bytesMax;
    private final int oldFilesMax;
    private @Nullable FileChannel channel;
    private long bytes;

    /**
     * @param bytesMax size beyond which a new file begins; a single chunk may be larger
     * @param oldFilesMax renamed files that are kept
     * @throws IOException if the file cannot be opened
     */
    RotatingFile(Path file, long bytesMax, int oldFilesMax) throws IOException {
        this.file = file;
        this.bytesMax = bytesMax;
        this.oldFilesMax = oldFilesMax;
        open();
    }

    @Override
    public void write(byte[] chunk, int length) throws IOException {
        if (bytes > 0 && bytes + length > bytesMax) {
            rotate();
        }
        FileChannel out = channel == null ? open() : channel;
        ByteBuffer buffer = ByteBuffer.wrap(chunk, 0, length);
        while (buffer.hasRemaining()) {
            bytes += out.write(buffer);
        }
    }

    @Override
    public void reopen() throws IOException {
        close();
        open();
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    private FileChannel open() throws IOException {
        FileChannel opened =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND);
        channel = opened;
        bytes = opened.size();
        return opened;
    }

    private void rotate() throws IOException {
        close();
        Files.deleteIfExists(old(oldFilesMax));
        for (int number = oldFilesMax - 1; number >= 1; number--) {
            if (Files.exists(old(number))) {
                Files.move(old(number), old(number + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (oldFilesMax > 0) {
            Files.move(file, old(1), StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.delete(file);
        }
        open();
    }

    private Path old(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }
}
