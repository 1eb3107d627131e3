package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.proto.resource.rules.PathNormalizer;

/** Brings the path of a request to the form in which routes match it. */
final class NormalPath {
    private NormalPath() {}

    /** False if the path has a bad escape or leaves the root. */
    static boolean apply(RequestHead head) {
        Fields fields = head.fields();
        fields.reserve(head.pathEnd() - head.pathStart());
        byte[] bytes = fields.bytes();
        int at = fields.used();
        int length = PathNormalizer.normalize(bytes, head.pathStart(), head.pathEnd(), bytes, at);
        if (length == PathNormalizer.BAD) {
            return false;
        }
        fields.received(at + length);
        head.path(at, at + length);
        return true;
    }
}
