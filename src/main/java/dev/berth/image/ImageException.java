package dev.berth.image;

import dev.berth.oci.Reference;
import dev.berth.registry.RegistryException;
import dev.berth.rootfs.RootfsException;
import dev.berth.store.StoreException;

/** A use case of images that cannot be done; the message is the sentence for the user. */
public abstract class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    protected ImageException(String message) {
        super(message);
    }

    protected ImageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** There is no such image here. */
    public static final class NotFound extends ImageException {
        private static final long serialVersionUID = 1L;

        public NotFound(String name) {
            super("there is no image " + name + " here; fetch it with: berth pull " + name);
        }
    }

    /** The beginning of an id that several images share. */
    public static final class Ambiguous extends ImageException {
        private static final long serialVersionUID = 1L;

        Ambiguous(String name) {
            super("several images have an id that begins with " + name + "; write more digits of it");
        }
    }

    /** A name that belongs to one content and cannot be given to another. */
    public static final class NoTag extends ImageException {
        private static final long serialVersionUID = 1L;

        NoTag(Reference target) {
            super("cannot tag an image " + target.familiar() + ": a digest is no tag; leave it out");
        }
    }

    /** The image is in the way of something that needs it. */
    public static final class InUse extends ImageException {
        private static final long serialVersionUID = 1L;

        InUse(String message) {
            super(message);
        }
    }

    /** Parts of the image are missing or damaged. */
    public static final class Broken extends ImageException {
        private static final long serialVersionUID = 1L;

        Broken(String name, RuntimeException cause) {
            super(
                    "cannot use image " + name + ": " + cause.getMessage()
                            + (saysWhatHelps(cause) ? "" : "; pull it again"),
                    cause);
        }

        private static boolean saysWhatHelps(RuntimeException cause) {
            return cause instanceof StoreException.Missing || cause instanceof RootfsException;
        }
    }

    /** What the registry has under this name is damaged or made against the specification. */
    public static final class Unusable extends ImageException {
        private static final long serialVersionUID = 1L;

        Unusable(Reference reference, RuntimeException cause) {
            super("cannot pull " + reference.familiar() + ": " + cause.getMessage(), cause);
        }
    }

    /** A registry did not give the image: it has none, wants other credentials, cannot be reached, or sends what is none. */
    public static final class NotFetched extends ImageException {
        private static final long serialVersionUID = 1L;

        private final boolean absent;
        private final boolean cancelled;

        NotFetched(RuntimeException cause) {
            super(cause.getMessage(), cause);
            this.absent = cause instanceof RegistryException.NotFound || cause instanceof RegistryException.NoPlatform;
            this.cancelled = cause instanceof RegistryException.Cancelled;
        }

        /** The registry says that there is no such image, or none for this machine. */
        public boolean isAbsent() {
            return absent;
        }

        /** Somebody gave it up; what was fetched is kept. */
        public boolean isCancelled() {
            return cancelled;
        }
    }
}
