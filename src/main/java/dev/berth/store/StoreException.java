package dev.berth.store;

import dev.berth.oci.Digest;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** What the store refuses or cannot do; the message is the sentence for the user. */
public abstract sealed class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong with a full disk, and what helps. */
    public static final String NO_SPACE = "no space left on the disk; free some with: berth rm, berth rmi";

    private StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Another process holds the data directory. */
    public static final class Locked extends StoreException {
        private static final long serialVersionUID = 1L;

        Locked(Path root, String holder) {
            super(
                    "cannot use data directory " + root + ": " + holder
                            + " is using it; stop that one or set BERTH_DATA_DIR to another directory",
                    null);
        }
    }

    /** The data directory was written by a layout this version does not know. */
    public static final class UnknownLayout extends StoreException {
        private static final long serialVersionUID = 1L;

        UnknownLayout(Path file, String reason) {
            super(
                    "cannot read " + file + ": " + reason
                            + "; move it away to start with an empty store, or restore it from a backup",
                    null);
        }
    }

    /** The blob is not in the store. */
    public static final class Missing extends StoreException {
        private static final long serialVersionUID = 1L;

        Missing(Digest digest) {
            super("blob " + digest + " is not in the store: pull the image again", null);
        }
    }

    /** The bytes that were received are not the ones that were announced. */
    public static final class Mismatch extends StoreException {
        private static final long serialVersionUID = 1L;

        Mismatch(String message) {
            super(message, null);
        }
    }

    /** The transfer ended early; what arrived is kept for the next attempt. */
    public static final class Incomplete extends StoreException {
        private static final long serialVersionUID = 1L;

        Incomplete(Digest digest, long received, long size) {
            super("blob " + digest + " ended after " + received + " of " + size + " bytes", null);
        }
    }

    /** The blob is larger than the caller can use. */
    public static final class TooLarge extends StoreException {
        private static final long serialVersionUID = 1L;

        TooLarge(Digest digest, long size, long limit) {
            super("blob " + digest + " has " + size + " bytes, more than the limit of " + limit, null);
        }
    }

    /** The file system is full, or the user's quota is used up. */
    public static final class DiskFull extends StoreException {
        private static final long serialVersionUID = 1L;

        DiskFull(String operation, IOException cause) {
            super("cannot " + operation + ": " + NO_SPACE, cause);
        }
    }

    /** Any other failure of the file system. */
    public static final class Failed extends StoreException {
        private static final long serialVersionUID = 1L;

        Failed(String operation, IOException cause) {
            super("cannot " + operation + ": " + reason(cause), cause);
        }
    }

    /** @param operation what was tried, as in "write blob sha256:…" */
    static StoreException of(String operation, IOException cause) {
        String text = String.valueOf(cause.getMessage());
        if (text.contains("No space left on device") || text.contains("Disk quota exceeded")) {
            return new DiskFull(operation, cause);
        }
        return new Failed(operation, cause);
    }

    private static String reason(IOException cause) {
        if (cause instanceof FileSystemException failure) {
            String reason = failure.getReason() == null ? failure.getClass().getSimpleName() : failure.getReason();
            return failure.getFile() + ": " + reason;
        }
        return String.valueOf(cause.getMessage());
    }
}
