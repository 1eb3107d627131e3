package io.sluice.dataplane.l7.filter;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;

/** Replaces the matched prefix of the path, the host, or both, on the way upstream. */
final class RewriteFilter implements HttpFilter {
    private final int matchedLength;
    private final boolean rewritesPath;
    private final byte[] whole;
    private final byte[] beforeSlash;
    private final byte[] authority;

    /**
     * @param matchedLength bytes of the prefix without a slash at its end
     * @param prefix what to put there; empty leaves the path
     * @param host host, perhaps with port; empty leaves the host
     */
    RewriteFilter(int matchedLength, String prefix, String host) {
        this.matchedLength = matchedLength;
        this.rewritesPath = !prefix.isEmpty();
        this.whole = Ascii.bytes(prefix);
        boolean slash = prefix.endsWith("/");
        this.beforeSlash = Ascii.bytes(slash ? prefix.substring(0, prefix.length() - 1) : prefix);
        this.authority = Ascii.bytes(host);
    }

    @Override
    public Verdict request(RequestHead head, Waiting waiting) {
        if (rewritesPath && !head.asterisk()) {
            boolean nothingFollows = head.pathEnd() - head.pathStart() == matchedLength;
            head.replacePathPrefix(matchedLength, nothingFollows ? whole : beforeSlash);
        }
        if (authority.length > 0) {
            head.replaceAuthority(authority);
        }
        return Verdict.CONTINUE;
    }

    @Override
    public void response(ResponseHead head) {
        // A Location that names the upstream is the upstream's affair.
    }
}
