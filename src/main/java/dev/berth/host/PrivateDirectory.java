package dev.berth.host;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * A directory that no other user may look into. It matters most in /tmp, where anyone may have made the name first: what is
 * found there must belong to us, be no symbolic link and be closed to everyone else.
 */
public final class PrivateDirectory {
    private static final int OTHERS = 0077;

    private PrivateDirectory() {}

    /** Makes the directory (mode 0700, parents too) or checks the one that exists; a second call changes nothing. */
    public static Path ensure(Path directory, Caller caller) {
        try {
            if (directory.getParent() != null) {
                Files.createDirectories(directory.getParent());
            }
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            return check(directory, caller);
        } catch (IOException e) {
            throw new HostException("cannot make directory " + directory + ": " + reason(e), e);
        }
        return directory;
    }

    /** Returns the directory when it is private, else says what is wrong with it. */
    public static Path check(Path directory, Caller caller) {
        Map<String, Object> found;
        try {
            found = Files.readAttributes(directory, "unix:uid,mode,isDirectory", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new HostException("cannot use directory " + directory + ": " + reason(e), e);
        }
        if (!(boolean) found.get("isDirectory")) {
            throw new HostException("cannot use " + directory + ": it is not a directory");
        }
        int owner = (int) found.get("uid");
        if (owner != caller.uid()) {
            throw new HostException("cannot use directory " + directory + ": it belongs to uid " + owner
                    + ", not to uid " + caller.uid() + "; set BERTH_RUNTIME_DIR to a directory of your own");
        }
        int mode = (int) found.get("mode") & 07777;
        if ((mode & OTHERS) != 0) {
            throw new HostException("cannot use directory " + directory
                    + ": its mode %04o lets other users in; run: chmod 700 %s".formatted(mode, directory));
        }
        return directory;
    }

    static String reason(IOException e) {
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof java.nio.file.NoSuchFileException) {
            return "it does not exist";
        }
        if (e instanceof java.nio.file.FileSystemException f && f.getReason() != null) {
            return f.getReason().toLowerCase(java.util.Locale.ROOT);
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
