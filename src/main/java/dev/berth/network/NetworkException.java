package dev.berth.network;

/** What goes wrong with the network of a container. The message is one sentence for the user. */
public abstract class NetworkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    protected NetworkException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The helper is not installed, or too old. */
    public static final class HelperMissing extends NetworkException {
        private static final long serialVersionUID = 1L;

        HelperMissing(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The helper of a container does not answer: it is gone, or so is the container. */
    public static final class HelperSilent extends NetworkException {
        private static final long serialVersionUID = 1L;

        private final boolean gone;

        HelperSilent(boolean gone, String message, Throwable cause) {
            super(message, cause);
            this.gone = gone;
        }

        /** Nobody listens where it was, so that none of its forwards is left; else it may only be slow. */
        public boolean isGone() {
            return gone;
        }
    }

    /** A port cannot be forwarded; the sentence says why. */
    public static final class CannotForward extends NetworkException {
        private static final long serialVersionUID = 1L;

        private final Reason reason;

        /** Why a port cannot be forwarded. */
        public enum Reason {
            IN_USE,
            PRIVILEGED,
            NO_SUCH_ADDRESS,
            REFUSED
        }

        CannotForward(Reason reason, String message) {
            super(message, null);
            this.reason = reason;
        }

        public Reason reason() {
            return reason;
        }
    }
}
