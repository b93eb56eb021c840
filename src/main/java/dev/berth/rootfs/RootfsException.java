package dev.berth.rootfs;

/** A layer that is refused, or a root file system that cannot be made; the message is the sentence for the user. */
public abstract sealed class RootfsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private RootfsException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The layer's content is wrong or hostile: no retry helps. */
    public static final class BadLayer extends RootfsException {
        private static final long serialVersionUID = 1L;

        public BadLayer(String message) {
            super(message, null);
        }
    }

    /** The layer is fine, but this machine or this user cannot hold it. */
    public static final class CannotUnpack extends RootfsException {
        private static final long serialVersionUID = 1L;

        public CannotUnpack(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The overlay cannot be mounted. */
    public static final class CannotMount extends RootfsException {
        private static final long serialVersionUID = 1L;

        public CannotMount(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
