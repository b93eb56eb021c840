package dev.berth.container;

/**
 * What a use case of containers refuses or fails with. The message is the sentence for the user: operation, object,
 * reason, remedy.
 */
public abstract sealed class ContainerException extends RuntimeException {
    ContainerException(String message, Throwable cause) {
        super(message, cause);
    }

    /** There is no such container, exec session or file. */
    public static final class NotFound extends ContainerException {
        public NotFound(String message) {
            super(message, null);
        }
    }

    /** The state of things does not allow it now: wrong state, name taken, in use. */
    public static final class Conflict extends ContainerException {
        private final String type;

        public Conflict(String type, String message) {
            super(message, null);
            this.type = type;
        }

        /** The stable last part of the problem's type, such as {@code name-taken}. */
        public String type() {
            return type;
        }
    }

    /** The request can be read, but says something that cannot be. */
    public static final class Invalid extends ContainerException {
        private final String field;

        public Invalid(String field, String message) {
            super(message, null);
            this.field = field;
        }

        /** The field of the request, in the notation of the API ({@code mounts[1].target}). */
        public String field() {
            return field;
        }

        /** The same refusal for the object that holds the field. */
        public Invalid within(String outer) {
            return new Invalid(field.isEmpty() ? outer : outer + "." + field, getMessage());
        }
    }

    /** What was sent with the request cannot be read. */
    public static final class Unreadable extends ContainerException {
        public Unreadable(String message) {
            super(message, null);
        }
    }

    /** The container could not be started: the exit code is 125, 126 or 127 as docker has it. */
    public static final class NotStarted extends ContainerException {
        private final int exitCode;

        public NotStarted(int exitCode, String message, Throwable cause) {
            super(message, cause);
            this.exitCode = exitCode;
        }

        /** 125 Berth's own failure, 126 not executable, 127 not found. */
        public int exitCode() {
            return exitCode;
        }
    }

    /** A port of the machine cannot be had; the field is {@code hostPort}. */
    public static final class PortRefused extends ContainerException {
        private final String type;
        private final transient PortRequest port;

        PortRefused(String type, PortRequest port, String message) {
            super(message, null);
            this.type = type;
            this.port = port;
        }

        PortRequest port() {
            return port;
        }

        /** The stable last part of the problem's type: {@code port-in-use} or {@code port-refused}. */
        public String type() {
            return type;
        }
    }

    /** It failed on this machine, through no fault of the request. */
    public static final class Failed extends ContainerException {
        public Failed(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
