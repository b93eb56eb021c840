package dev.berth.launcher;

import dev.berth.linux.Errno;

/** A program that did not come to run; all that had been made for it is undone. */
public final class LaunchFailed extends LauncherException {
    private static final long serialVersionUID = 1L;

    /** Berth's own error, or the machine's. */
    public static final int OWN_ERROR = 125;

    /** The program is there but cannot be executed. */
    public static final int NOT_EXECUTABLE = 126;

    /** There is no such program. */
    public static final int NOT_FOUND = 127;

    private final String step;
    private final String target;
    private final Errno errno;

    LaunchFailed(String step, String target, Errno errno, String message) {
        super(message, null);
        this.step = step;
        this.target = target;
        this.errno = errno;
    }

    /** The step of the plan that failed, as the launch plan names it. */
    public String step() {
        return step;
    }

    /** What the step was about. */
    public String target() {
        return target;
    }

    public Errno errno() {
        return errno;
    }

    /** What {@code berth run} exits with: 125, 126 or 127. */
    public int exitCode() {
        if (!step.equals("exec")) {
            return OWN_ERROR;
        }
        return errno == Errno.ENOENT || errno == Errno.ENOTDIR ? NOT_FOUND : NOT_EXECUTABLE;
    }
}
