package dev.berth.files;

import dev.berth.linux.Errno;
import dev.berth.linux.SyscallException;

/** What cannot be read or written in a tree; the message tells the path and the reason. */
public abstract sealed class FilesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private FilesException(String message, Throwable cause) {
        super(message, cause);
    }

    /** There is no such path. */
    public static final class Missing extends FilesException {
        private static final long serialVersionUID = 1L;

        Missing(String message) {
            super(message, null);
        }
    }

    /** The path, or what the archive wants, can never be. */
    public static final class Wrong extends FilesException {
        private static final long serialVersionUID = 1L;

        public Wrong(String message) {
            super(message, null);
        }
    }

    /** The tree as it is does not allow it. */
    public static final class Refused extends FilesException {
        private static final long serialVersionUID = 1L;

        private final String type;

        Refused(String type, String message) {
            super(message, null);
            this.type = type;
        }

        /** A stable word for the reason: {@code read-only}, {@code busy}, {@code wrong-kind} or {@code not-permitted}. */
        public String type() {
            return type;
        }
    }

    /** The disk holds no more. */
    public static final class Full extends FilesException {
        private static final long serialVersionUID = 1L;

        Full(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Anything else that the kernel said. */
    public static final class Failed extends FilesException {
        private static final long serialVersionUID = 1L;

        Failed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** @param path as people read it */
    static FilesException of(SyscallException e, String path) {
        return switch (e.errno()) {
            case ENOENT -> new Missing("there is no " + path);
            case ENOTDIR -> new Missing("there is no " + path + ": a part of it is no directory");
            case ENAMETOOLONG -> new Wrong("the path " + path + " is too long");
            case ELOOP ->
                new Wrong(
                        path
                                + " leads through symbolic links that are not followed: a loop, or one of the kernel's own in /proc");
            case EROFS ->
                new Refused(
                        "read-only",
                        path
                                + " is read-only there: the container or the mount is, or it is a tmpfs of a container that"
                                + " does not run");
            case EBUSY -> new Refused("busy", path + " is a mount of its own; write to what is mounted there");
            case EISDIR, ENOTEMPTY, EEXIST -> new Refused("wrong-kind", path + " is a directory there");
            case EACCES, EPERM ->
                new Refused(
                        "not-permitted",
                        path + ": " + e.errno().text() + "; it belongs to another user of this machine, or its file"
                                + " system does not allow it");
            case ENOSPC, EDQUOT -> new Full(path + ": no space left on the disk", e);
            case EFBIG -> new Wrong(path + " is larger than the file system allows");
            default -> new Failed(path + ": " + e.errno().text(), e);
        };
    }

    static boolean isGone(SyscallException e) {
        return e.is(Errno.ENOENT) || e.is(Errno.ESTALE);
    }
}
