package io.sluice.cli.client;

import io.sluice.cli.json.Json;

/** A call to the control plane that did not end in what was asked for. */
public abstract sealed class RestException extends RuntimeException {

    private RestException(String message) {
        super(message);
    }

    /** Nobody answers there, or what answers does not speak as a control plane does. */
    public static final class Unreachable extends RestException {
        Unreachable(String server, String reason) {
            super("cannot reach the control plane at " + server + ": " + reason);
        }
    }

    /** The control plane refused, with an RFC 9457 problem as far as it sent one. */
    public static final class Refused extends RestException {
        private final int status;
        // Not serialized: exceptions stay in this process.
        private final transient Json problem;

        Refused(int status, Json problem, String message) {
            super(message);
            this.status = status;
            this.problem = problem;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }

        /** The whole problem document; absent when the body was none. */
        public Json problem() {
            return problem;
        }
    }
}
