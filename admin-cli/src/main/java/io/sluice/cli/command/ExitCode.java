package io.sluice.cli.command;

/** What {@code sluicectl} ends with; scripts rely on these. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int ERROR = 1;

    /** {@code diff} found differences, or {@code validate} found problems. */
    public static final int FINDINGS = 2;

    /** What was waited for did not happen in time; the change itself is stored. */
    public static final int TIMEOUT = 3;

    /** Nodes do not accept the change. */
    public static final int REJECTED = 4;

    /** HTTP 409 or 412: somebody else's change, or something in use, stands in the way. */
    public static final int CONFLICT = 5;

    public static final int USAGE = 64;
    public static final int UNREACHABLE = 69;
    public static final int NOT_PERMITTED = 77;

    private ExitCode() {}
}
