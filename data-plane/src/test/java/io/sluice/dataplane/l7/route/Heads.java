package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.RequestHead;

import java.nio.charset.StandardCharsets;

/** Request heads as the codec leaves them. */
final class Heads {
    private Heads() {}

    /**
     * @param host in lower case, without port
     * @param target path and query
     * @param fields {@code Name: value}
     */
    static RequestHead of(String method, String host, String target, String... fields) {
        RequestHead head = new RequestHead();
        StringBuilder text = new StringBuilder(method + host + target);
        for (String field : fields) {
            text.append(field);
        }
        byte[] used = text.toString().getBytes(StandardCharsets.UTF_8);
        head.begin(used, used.length);
        int at = Ascii.bytes(method).length;
        head.method(0, at);
        head.host(at, at + host.length());
        head.authority(at, at + host.length());
        at += host.length();
        int query = target.indexOf('?') < 0 ? target.length() : target.indexOf('?');
        head.path(at, at + query);
        head.query(at + query, at + target.length());
        at += target.length();
        for (String field : fields) {
            int colon = field.indexOf(": ");
            int length = field.getBytes(StandardCharsets.UTF_8).length;
            head.fields().addReceived(at, at + colon, at + colon + 2, at + length, at + length);
            at += length;
        }
        return head;
    }
}
