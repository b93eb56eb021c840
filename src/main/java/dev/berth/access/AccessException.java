package dev.berth.access;

/** A request that is turned away. The message names what was refused and what would allow it. */
public final class AccessException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why, with the stable last part of the problem's type. */
    public enum Reason {
        UNKNOWN_HOST(421, "unknown-host", "Unknown host name"),
        FOREIGN_ORIGIN(403, "foreign-origin", "Foreign origin"),
        NOT_SIGNED_IN(401, "not-signed-in", "Not signed in"),
        WRONG_SECRET(403, "wrong-session-secret", "Wrong session secret"),
        TOO_MANY_ATTEMPTS(429, "too-many-attempts", "Too many attempts");

        private final int status;
        private final String type;
        private final String title;

        Reason(int status, String type, String title) {
            this.status = status;
            this.type = type;
            this.title = title;
        }

        public int status() {
            return status;
        }

        public String type() {
            return type;
        }

        public String title() {
            return title;
        }
    }

    private final Reason reason;

    AccessException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
