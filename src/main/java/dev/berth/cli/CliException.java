package dev.berth.cli;

/** A verb that could not do its work: the sentence for standard error and the exit code. */
public final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Berth's own error, as docker's. */
    static final int OWN_ERROR = 125;

    static final int NOT_FOUND = 404;

    private final int exitCode;
    private final int status;

    CliException(String message) {
        this(message, OWN_ERROR, 0);
    }

    /**
     * @param status of HTTP, 0 when the sentence is not the service's
     */
    CliException(String message, int exitCode, int status) {
        super(message);
        this.exitCode = exitCode;
        this.status = status;
    }

    int exitCode() {
        return exitCode;
    }

    /** The service understood the question and found it wrong. */
    boolean isRefusal() {
        return status == 400 || status == 422;
    }

    boolean isNotFound() {
        return status == NOT_FOUND;
    }
}
