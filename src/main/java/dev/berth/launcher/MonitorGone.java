package dev.berth.launcher;

/** There is no monitor, or it went away: the truth is in the exit file then. */
public final class MonitorGone extends LauncherException {
    private static final long serialVersionUID = 1L;

    MonitorGone(String message, Throwable cause) {
        super(message, cause);
    }
}
