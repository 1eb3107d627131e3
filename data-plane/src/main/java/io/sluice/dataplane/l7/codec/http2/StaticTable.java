package io.sluice.dataplane.l7.codec.http2;

import io.sluice.dataplane.l7.message.Ascii;

/** The static table of HPACK (RFC 7541 appendix A); index 1 is its first entry. */
final class StaticTable {
    /** Number of entries, and so the last index. */
    static final int SIZE = 61;

    static final int AUTHORITY = 1;
    static final int METHOD_GET = 2;
    static final int METHOD_POST = 3;
    static final int PATH_ROOT = 4;
    static final int SCHEME_HTTP = 6;
    static final int SCHEME_HTTPS = 7;
    static final int STATUS_200 = 8;

    /** From here on there are no pseudo-header fields. */
    static final int FIRST_REGULAR = 15;

    private static final int UNBOUNDED = Integer.MAX_VALUE;

    private static final String[] ENTRIES = {
        ":authority: ",
        ":method: GET",
        ":method: POST",
        ":path: /",
        ":path: /index.html",
        ":scheme: http",
        ":scheme: https",
        ":status: 200",
        ":status: 204",
        ":status: 206",
        ":status: 304",
        ":status: 400",
        ":status: 404",
        ":status: 500",
        "accept-charset: ",
        "accept-encoding: gzip, deflate",
        "accept-language: ",
        "accept-ranges: ",
        "accept: ",
        "access-control-allow-origin: ",
        "age: ",
        "allow: ",
        "authorization: ",
        "cache-control: ",
        "content-disposition: ",
        "content-encoding: ",
        "content-language: ",
        "content-length: ",
        "content-location: ",
        "content-range: ",
        "content-type: ",
        "cookie: ",
        "date: ",
        "etag: ",
        "expect: ",
        "expires: ",
        "from: ",
        "host: ",
        "if-match: ",
        "if-modified-since: ",
        "if-none-match: ",
        "if-range: ",
        "if-unmodified-since: ",
        "last-modified: ",
        "link: ",
        "location: ",
        "max-forwards: ",
        "proxy-authenticate: ",
        "proxy-authorization: ",
        "range: ",
        "referer: ",
        "refresh: ",
        "retry-after: ",
        "server: ",
        "set-cookie: ",
        "strict-transport-security: ",
        "transfer-encoding: ",
        "user-agent: ",
        "vary: ",
        "via: ",
        "www-authenticate: "
    };

    private static final FieldTable TABLE = table();

    private StaticTable() {}

    private static FieldTable table() {
        FieldTable table = new FieldTable(UNBOUNDED);
        for (String entry : ENTRIES) {
            byte[] line = Ascii.bytes(entry + "\r\n");
            int nameLength = entry.indexOf(": ", 1);
            int valueStart = nameLength + 2;
            int valueLength = entry.length() - valueStart;
            int trait = FieldTraits.of(line, 0, nameLength, valueStart, entry.length());
            table.add(line, 0, nameLength, valueLength, trait);
        }
        return table;
    }

    /** The entries; read only. */
    static FieldTable entries() {
        return TABLE;
    }

    /** Where {@link #entries} holds the entry of an index from 1 to {@link #SIZE}. */
    static int slot(int index) {
        return TABLE.slot(SIZE - index);
    }

    /** The name of an entry. */
    static String name(int index) {
        String entry = ENTRIES[index - 1];
        return entry.substring(0, entry.indexOf(": ", 1));
    }
}
