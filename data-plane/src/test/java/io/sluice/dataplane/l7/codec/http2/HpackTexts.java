package io.sluice.dataplane.l7.codec.http2;

import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Field blocks and heads as texts of lines {@code name: value}. */
final class HpackTexts {
    static final HeadLimits LIMITS = new HeadLimits(64 * 1024, 200);
    private static final int SCRATCH_BYTES = 128 * 1024;
    private static final String[] PSEUDO = {
        "", ":method", ":scheme", ":authority", ":path", ":status", ":protocol"
    };

    private HpackTexts() {}

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }

    /** What a block says: pseudo-header fields by number, then the others. */
    static List<String> decode(HpackDecoder decoder, byte[] block) {
        FieldBlock out = begun(LIMITS);
        boolean good = decoder.decode(block, 0, block.length, out);
        return good ? lines(out) : List.of("COMPRESSION_ERROR");
    }

    /** The same of trailers. */
    static List<String> decodeTrailers(HpackDecoder decoder, byte[] block) {
        FieldBlock out = begun(LIMITS);
        boolean good = decoder.decodeTrailers(block, 0, block.length, out);
        return good ? lines(out) : List.of("COMPRESSION_ERROR");
    }

    /** A block that has just begun, on little room: it has to grow. */
    static FieldBlock begun(HeadLimits limits) {
        var fields = new Fields();
        fields.begin(new byte[64], 0);
        var block = new FieldBlock();
        block.begin(fields, limits);
        return block;
    }

    /** What has been decoded; as of {@link #decode}. */
    static List<String> lines(FieldBlock out) {
        Fields fields = out.fields();
        List<String> lines = new ArrayList<>();
        if (out.malformed()) {
            lines.add("MALFORMED");
        }
        if (out.tooLarge()) {
            lines.add("TOO_LARGE");
        }
        for (int i = 1; i < PSEUDO.length; i++) {
            if (out.has(i)) {
                lines.add(PSEUDO[i] + ": " + Ascii.text(fields.bytes(), out.start(i), out.end(i)));
            }
        }
        for (int i = 0; i < fields.size(); i++) {
            boolean authority = i == 0 && out.has(FieldTraits.AUTHORITY);
            if (fields.present(i) && !authority) {
                String never = fields.neverIndexed(i) ? " (never indexed)" : "";
                lines.add(fields.nameText(i) + ": " + fields.valueText(i) + never);
            }
        }
        return lines;
    }

    static byte[] built(BlockBuffer block) {
        byte[] built = new byte[block.size()];
        System.arraycopy(block.bytes(), 0, built, 0, built.length);
        return built;
    }

    /** A request head as a parser of HTTP/1.1 would fill it. */
    static RequestHead request(String method, String authority, String path, String... fields) {
        var head = new RequestHead();
        head.begin(new byte[SCRATCH_BYTES], 0);
        Fields into = head.fields();
        byte[] text = Ascii.bytes(method + authority + path);
        into.append(text, 0, text.length);
        int pathStart = method.length() + authority.length();
        int query = path.indexOf('?');
        int pathEnd = pathStart + (query < 0 ? path.length() : query);
        head.method(0, method.length());
        head.authority(method.length(), pathStart);
        head.path(pathStart, pathEnd);
        head.query(pathEnd, pathStart + path.length());
        addFields(into, fields);
        return head;
    }

    static ResponseHead response(int status, String... fields) {
        var head = new ResponseHead();
        head.begin(new byte[SCRATCH_BYTES], 0);
        head.status(status);
        addFields(head.fields(), fields);
        return head;
    }

    static void addFields(Fields into, String... fields) {
        for (String field : fields) {
            byte[] line = Ascii.bytes(field + "\r\n");
            int nameLength = field.indexOf(": ", 1);
            int at = into.append(line, 0, line.length);
            int end = at + field.length();
            into.addReceived(at, at + nameLength, at + nameLength + 2, end, end + 2);
        }
    }
}
