package io.sluice.dataplane.snapshot;

import io.sluice.proto.Problem;

/**
 * Why a snapshot, or a part of it, is not served.
 *
 * @param kind of the resource or entry; empty where it is none
 * @param name of the resource or entry
 * @param field path within it; empty for the whole
 * @param code upper case, stable
 */
public record SnapshotProblem(String kind, String name, String field, String code, String message) {
    /** The same in the words of the wire. */
    public static SnapshotProblem of(Problem problem) {
        String kind = problem.resource() == null ? "" : problem.resource().kind().singular();
        String name = problem.resource() == null ? "" : problem.resource().name();
        String message =
                problem.hint().isEmpty()
                        ? problem.message()
                        : problem.message() + "; " + problem.hint();
        return new SnapshotProblem(kind, name, problem.field(), problem.code(), message);
    }

    /** One line: {@code listener web: address: cannot be bound}. */
    @Override
    public String toString() {
        return (kind + " " + name).strip() + ": " + (field.isEmpty() ? "" : field + ": ") + message;
    }
}
