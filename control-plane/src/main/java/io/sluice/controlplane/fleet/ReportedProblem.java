package io.sluice.controlplane.fleet;

/**
 * What a node cannot serve, or refused, as the node or the control plane says it. Immutable.
 *
 * @param kind kind of the resource or entry, such as {@code listener}; empty for the node as a
 *     whole
 * @param name its name; empty for the node as a whole
 * @param field path of the field; empty for the resource as a whole
 * @param code upper case, stable, such as {@code BIND_FAILED}
 * @param message for people
 */
public record ReportedProblem(String kind, String name, String field, String code, String message) {
    /** A problem of the node as a whole. */
    public static ReportedProblem ofNode(String code, String message) {
        return new ReportedProblem("", "", "", code, message);
    }
}
