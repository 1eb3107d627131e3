package io.sluice.dataplane.l7.filter;

import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.net.Failure;

/** One step of a {@link FilterChain}. Immutable, shared by all event loops. */
public interface HttpFilter {
    /**
     * Looks at a request and edits it.
     *
     * @param head good during the call only, unless the verdict is {@link Verdict#LATER}
     * @param waiting what to call, on this event loop and once, after a verdict of {@link
     *     Verdict#LATER}
     */
    Verdict request(RequestHead head, Waiting waiting);

    /** Looks at a response and edits it; {@code head} is good during the call only. */
    void response(ResponseHead head);

    /** What becomes of the request after a filter. */
    enum Verdict {
        /** It goes on to the next filter. */
        CONTINUE,
        /** The filter calls {@link Waiting} when it knows; until then the body is held back. */
        LATER
    }

    /** A stream that waits for a filter. */
    interface Waiting {
        /**
         * The head as the stream keeps it while it waits; the filter may edit it before it goes on.
         */
        RequestHead head();

        /** Goes on with the next filter. */
        void proceed();

        /** Ends the stream with a reply of the node's own. */
        void refuse(Failure failure);
    }
}
