package dev.berth.launcher;

/** What goes wrong between a request and a running program. The message is one sentence for the user. */
public abstract class LauncherException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    protected LauncherException(String message, Throwable cause) {
        super(message, cause);
    }
}
