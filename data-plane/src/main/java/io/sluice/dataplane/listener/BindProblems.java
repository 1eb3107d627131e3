package io.sluice.dataplane.listener;

import io.sluice.proto.Problem;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.ResourceKey;

import java.util.Locale;
import java.util.concurrent.CompletionException;

/** Why a listener has no socket, in words for an operator. */
final class BindProblems {
    /** The code of all of them. */
    static final String CODE = "BIND_FAILED";

    private BindProblems() {}

    static Problem failed(String listener, SocketKey key, Throwable failure) {
        Throwable cause = failure;
        if (failure instanceof CompletionException && failure.getCause() != null) {
            cause = failure.getCause();
        }
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        String known = message.toLowerCase(Locale.ROOT);
        if (known.contains("already in use")) {
            return problem(
                    listener,
                    key.address() + " is already in use on this node",
                    "stop the program that has it, or choose another address; it is tried again");
        }
        if (known.contains("permission denied")) {
            return problem(
                    listener,
                    "this node may not bind " + key.address(),
                    "ports below 1024 need CAP_NET_BIND_SERVICE");
        }
        if (known.contains("cannot assign") || known.contains("can't assign")) {
            return problem(listener, key.address().host() + " is not an address of this node", "");
        }
        return problem(listener, key.address() + " does not bind: " + message, "");
    }

    static Problem taken(String listener, SocketKey key, String by) {
        return problem(
                listener, key.address() + " is already bound by listener " + by + " here", "");
    }

    private static Problem problem(String listener, String message, String hint) {
        return new Problem(
                new ResourceKey(Kind.LISTENER, listener), "address", CODE, message, hint, null);
    }
}
