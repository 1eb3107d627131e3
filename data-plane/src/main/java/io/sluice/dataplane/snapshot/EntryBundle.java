package io.sluice.dataplane.snapshot;

import com.google.protobuf.ByteString;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The entries that together describe one resource: its body, and what comes apart from it. */
final class EntryBundle {
    @Nullable Piece body;

    /** Endpoints or weights, by entry name. */
    final SortedMap<String, Piece> parts = new TreeMap<>();

    /** What the bundle was made of, for comparison. */
    List<ByteString> digests() {
        List<ByteString> digests = new ArrayList<>(1 + 2 * parts.size());
        digests.add(body == null ? ByteString.EMPTY : body.digest());
        parts.forEach(
                (name, part) -> {
                    digests.add(ByteString.copyFromUtf8(name));
                    digests.add(part.digest());
                });
        return digests;
    }

    /** One entry. */
    record Piece(ByteString digest, ByteString body) {}
}
