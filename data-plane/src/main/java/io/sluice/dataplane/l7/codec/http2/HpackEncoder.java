package io.sluice.dataplane.l7.codec.http2;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;

/**
 * Encodes heads as field blocks (RFC 7541, RFC 9113 section 8.3). One per direction of a
 * connection: blocks have to be sent in the order they were made. Which fields go into the dynamic
 * table is decided by {@link NameTable}.
 *
 * <p>Towards clients strings are coded where that is shorter. An upstream is near, and most of what
 * it is sent as a string differs from request to request: coding it would cost more time, here and
 * there, than the bytes are worth.
 *
 * <p>Cookies are sent in one piece: crumbs (RFC 9113 section 8.2.3) would save bytes only if they
 * were indexed.
 */
public final class HpackEncoder {
    private static final int TABLE_BYTES_MAX = HpackDecoder.TABLE_BYTES;

    /** A greater value would push many others out. */
    private static final int INDEXED_VALUE_BYTES_MAX = 512;

    private static final int INDEXED = 0x80;
    private static final int ADDED = 0x40;
    private static final int SIZE_UPDATE = 0x20;
    private static final int NEVER = 0x10;
    private static final int NOT_ADDED = 0;

    private static final byte[] CONNECT = Ascii.bytes("CONNECT");
    private static final byte[] PROTOCOL = Ascii.bytes(":protocol");
    private static final byte[] WEBSOCKET = Ascii.bytes("websocket");
    private static final byte[] TE_TRAILERS = Ascii.bytes("tetrailers");
    private static final int TE_BYTES = "te".length();
    private static final int TE_WAY = NameTable.wayOf(TE_TRAILERS, 0, TE_BYTES);
    private static final int AUTHORITY_BYTES = ":authority".length();

    /** Fields that HTTP/2 has no place for; Host goes as the authority. */
    private static final long LEFT_OUT =
            1L << HeaderName.CONNECTION.id()
                    | 1L << HeaderName.PROXY_CONNECTION.id()
                    | 1L << HeaderName.KEEP_ALIVE.id()
                    | 1L << HeaderName.TRANSFER_ENCODING.id()
                    | 1L << HeaderName.UPGRADE.id()
                    | 1L << HeaderName.HTTP2_SETTINGS.id()
                    | 1L << HeaderName.TE.id()
                    | 1L << HeaderName.HOST.id();

    /** Of a WebSocket request: HTTP/2 needs no proof that the peer understood (RFC 8441). */
    private static final long LEFT_OUT_OF_WEB_SOCKET =
            LEFT_OUT | 1L << HeaderName.SEC_WEBSOCKET_KEY.id();

    private final boolean coding;
    private final SentTable table = new SentTable(TABLE_BYTES_MAX);
    private int smallestSize = TABLE_BYTES_MAX;
    private boolean sizeChanged;

    private HpackEncoder(boolean coding) {
        this.coding = coding;
    }

    /** Encodes what is sent to a client. */
    public static HpackEncoder toClient() {
        return new HpackEncoder(true);
    }

    /** Encodes what is sent to an upstream. */
    public static HpackEncoder toUpstream() {
        return new HpackEncoder(false);
    }

    /** Takes the peer's SETTINGS_HEADER_TABLE_SIZE; holds from the next block on. */
    public void peerTableBytesMax(int bytesMax) {
        int size = Math.min(bytesMax, TABLE_BYTES_MAX);
        if (size == table.bytesMax()) {
            return;
        }
        smallestSize = Math.min(smallestSize, size);
        sizeChanged = true;
        table.bytesMax(size);
    }

    /**
     * Encodes a request; one with {@link RequestHead#webSocket()} as an extended CONNECT.
     *
     * @param secure whether the scheme is https
     */
    public void request(RequestHead head, boolean secure, BlockBuffer out) {
        begin(out);
        if (head.webSocket()) {
            out.writeInteger(NOT_ADDED, 4, StaticTable.METHOD_GET);
            out.writeString(CONNECT, 0, CONNECT.length);
            out.write(NOT_ADDED);
            out.writeString(PROTOCOL, 0, PROTOCOL.length);
            out.writeString(WEBSOCKET, 0, WEBSOCKET.length);
        } else {
            method(head, out);
        }
        out.write(INDEXED | (secure ? StaticTable.SCHEME_HTTPS : StaticTable.SCHEME_HTTP));
        authority(head, out);
        path(head, out);
        fields(head.fields(), head.webSocket() ? LEFT_OUT_OF_WEB_SOCKET : LEFT_OUT, out);
        if (head.acceptsTrailers()) {
            indexed(TE_WAY, TE_TRAILERS, 0, TE_BYTES, TE_BYTES, TE_TRAILERS.length, out);
        }
    }

    private void authority(RequestHead head, BlockBuffer out) {
        byte[] bytes = head.bytes();
        int start = head.authorityStart();
        int end = head.authorityEnd();
        if (start == end) {
            return;
        }
        int found = table.find(NameTable.UNKNOWN, bytes, start, end);
        if (found > 0) {
            out.writeInteger(INDEXED, 7, StaticTable.SIZE + found);
            return;
        }
        boolean added = worthAdding(AUTHORITY_BYTES, end - start);
        out.writeInteger(added ? ADDED : NOT_ADDED, added ? 6 : 4, StaticTable.AUTHORITY);
        string(bytes, start, end, out);
        if (added) {
            table.add(NameTable.UNKNOWN, AUTHORITY_BYTES, bytes, start, end);
        }
    }

    private static void method(RequestHead head, BlockBuffer out) {
        switch (head.method()) {
            case GET -> out.write(INDEXED | StaticTable.METHOD_GET);
            case POST -> out.write(INDEXED | StaticTable.METHOD_POST);
            case HEAD, PUT, DELETE, OPTIONS, TRACE, PATCH, CONNECT, OTHER -> {
                out.writeInteger(NOT_ADDED, 4, StaticTable.METHOD_GET);
                out.writeString(head.bytes(), head.methodStart(), head.methodEnd());
            }
        }
    }

    private void path(RequestHead head, BlockBuffer out) {
        byte[] bytes = head.bytes();
        int start = head.pathStart();
        int end = head.pathEnd();
        int query = head.queryStart();
        int queryEnd = head.queryEnd();
        if (head.asterisk()) {
            out.writeInteger(NOT_ADDED, 4, StaticTable.PATH_ROOT);
            out.write(1);
            out.write('*');
            return;
        }
        if (query == queryEnd && end - start == 1) {
            out.write(INDEXED | StaticTable.PATH_ROOT);
            return;
        }
        out.writeInteger(NOT_ADDED, 4, StaticTable.PATH_ROOT);
        if (query == queryEnd || query == end) {
            string(bytes, start, query == end ? queryEnd : end, out);
            return;
        }
        // Rewritten, so that the query lies elsewhere: rare enough to go uncoded.
        out.writeInteger(0, 7, end - start + queryEnd - query);
        out.write(bytes, start, end);
        out.write(bytes, query, queryEnd);
    }

    /** Encodes a response. */
    public void response(ResponseHead head, BlockBuffer out) {
        begin(out);
        status(head.status(), out);
        fields(head.fields(), LEFT_OUT, out);
    }

    private static void status(int status, BlockBuffer out) {
        int index =
                switch (status) {
                    case 200 -> StaticTable.STATUS_200;
                    case 204 -> StaticTable.STATUS_200 + 1;
                    case 206 -> StaticTable.STATUS_200 + 2;
                    case 304 -> StaticTable.STATUS_200 + 3;
                    case 400 -> StaticTable.STATUS_200 + 4;
                    case 404 -> StaticTable.STATUS_200 + 5;
                    case 500 -> StaticTable.STATUS_200 + 6;
                    default -> 0;
                };
        if (index > 0) {
            out.write(INDEXED | index);
            return;
        }
        out.writeInteger(NOT_ADDED, 4, StaticTable.STATUS_200);
        out.write(3);
        out.write('0' + status / 100);
        out.write('0' + status / 10 % 10);
        out.write('0' + status % 10);
    }

    /** Encodes trailers. */
    public void trailers(Fields trailers, BlockBuffer out) {
        begin(out);
        fields(trailers, LEFT_OUT, out);
    }

    // RFC 7541 section 4.2: the smallest size in between, then the one that holds.
    private void begin(BlockBuffer out) {
        out.clear();
        if (!sizeChanged) {
            return;
        }
        sizeChanged = false;
        if (smallestSize < table.bytesMax()) {
            out.writeInteger(SIZE_UPDATE, 5, smallestSize);
        }
        out.writeInteger(SIZE_UPDATE, 5, table.bytesMax());
        smallestSize = table.bytesMax();
    }

    private void fields(Fields fields, long leftOut, BlockBuffer out) {
        byte[] bytes = fields.bytes();
        for (int i = 0; i < fields.size(); i++) {
            int nameId = fields.nameId(i);
            if (nameId < 0 || (leftOut >> nameId & 1) != 0) {
                continue;
            }
            int name = fields.nameStart(i);
            int nameEnd = fields.nameEnd(i);
            int value = fields.valueStart(i);
            int valueEnd = fields.valueEnd(i);
            int way = NameTable.wayOf(nameId, bytes, name, nameEnd);
            if (NameTable.neverIndexed(way) || fields.neverIndexed(i)) {
                literal(NEVER, way, bytes, name, nameEnd, value, valueEnd, out);
            } else if (NameTable.indexed(way)) {
                indexed(way, bytes, name, nameEnd, value, valueEnd, out);
            } else {
                literal(NOT_ADDED, way, bytes, name, nameEnd, value, valueEnd, out);
            }
        }
    }

    private void indexed(
            int way,
            byte[] bytes,
            int name,
            int nameEnd,
            int value,
            int valueEnd,
            BlockBuffer out) {
        int number = NameTable.number(way);
        int found = table.find(number, bytes, value, valueEnd);
        if (found > 0) {
            out.writeInteger(INDEXED, 7, StaticTable.SIZE + found);
            return;
        }
        boolean added = worthAdding(nameEnd - name, valueEnd - value);
        literal(added ? ADDED : NOT_ADDED, way, bytes, name, nameEnd, value, valueEnd, out);
        if (added) {
            table.add(number, nameEnd - name, bytes, value, valueEnd);
        }
    }

    private boolean worthAdding(int nameBytes, int valueBytes) {
        return valueBytes <= INDEXED_VALUE_BYTES_MAX
                && nameBytes + valueBytes + FieldTable.OVERHEAD_BYTES <= table.bytesMax();
    }

    private void literal(
            int form,
            int way,
            byte[] bytes,
            int name,
            int nameEnd,
            int value,
            int valueEnd,
            BlockBuffer out) {
        int staticIndex = NameTable.staticIndex(way);
        out.writeInteger(form, form == ADDED ? 6 : 4, staticIndex);
        if (staticIndex == 0 && way == NameTable.UNKNOWN) {
            out.writeLowerString(bytes, name, nameEnd);
        } else if (staticIndex == 0) {
            byte[] coded = NameTable.codedName(way);
            out.write(coded, 0, coded.length);
        }
        string(bytes, value, valueEnd, out);
    }

    private void string(byte[] bytes, int start, int end, BlockBuffer out) {
        if (coding) {
            out.writeString(bytes, start, end);
        } else {
            out.writePlainString(bytes, start, end);
        }
    }
}
