package dev.berth.host;

/** The root of everything this package fails with. Its message is the sentence for the user: operation, object, reason, remedy. */
public class HostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HostException(String message) {
        super(message);
    }

    public HostException(String message, Throwable cause) {
        super(message, cause);
    }
}
