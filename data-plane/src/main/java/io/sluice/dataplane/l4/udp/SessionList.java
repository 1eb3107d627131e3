package io.sluice.dataplane.l4.udp;

import io.sluice.dataplane.telemetry.FlowScan;

import org.jspecify.annotations.Nullable;

/** Sessions in the order in which they were added; a session is in one list at most. */
final class SessionList {
    private @Nullable UdpSession oldest;
    private @Nullable UdpSession newest;

    @Nullable UdpSession oldest() {
        return oldest;
    }

    void visit(FlowScan scan) {
        for (UdpSession each = oldest; each != null; each = each.newer) {
            scan.see(each);
        }
    }

    void add(UdpSession session) {
        session.older = newest;
        if (newest == null) {
            oldest = session;
        } else {
            newest.newer = session;
        }
        newest = session;
        session.list = this;
    }

    /** Takes a session off the list it is in. */
    static void remove(UdpSession session) {
        SessionList list = session.list;
        if (list == null) {
            return;
        }
        UdpSession older = session.older;
        UdpSession newer = session.newer;
        if (older == null) {
            list.oldest = newer;
        } else {
            older.newer = newer;
        }
        if (newer == null) {
            list.newest = older;
        } else {
            newer.older = older;
        }
        session.older = null;
        session.newer = null;
        session.list = null;
    }
}
