package dev.berth.files;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.AttributeWriter;
import dev.berth.rootfs.Attributes;

/** What the files of an archive are given beside their content. */
public interface Giving {
    /** @param path for sentences */
    void toFile(int fd, Attributes attributes, String path);

    /** A symbolic link or a FIFO. */
    void toHandle(Fd handle, Attributes attributes, String path);

    /** A directory, whose time is told last. */
    void toDirectory(int fd, Attributes attributes, String path);

    /** Whether directories get it before what is in them: so that nobody sees them otherwise; who may not write into them any more must wait. */
    boolean early();

    /** Everything that the archive tells. */
    static Giving all(AttributeWriter writer) {
        return new Giving() {
            @Override
            public void toFile(int fd, Attributes attributes, String path) {
                writer.toFile(fd, attributes, path);
            }

            @Override
            public void toHandle(Fd handle, Attributes attributes, String path) {
                writer.toHandle(handle, attributes, path);
            }

            @Override
            public void toDirectory(int fd, Attributes attributes, String path) {
                writer.toDirectory(fd, attributes, path);
            }

            @Override
            public boolean early() {
                return true;
            }
        };
    }

    /** What an ordinary user keeps of a foreign file: mode and time. Nothing becomes setuid, for it would be by this user's power. */
    static Giving ordinary(Syscalls calls) {
        return new Giving() {
            @Override
            public void toFile(int fd, Attributes attributes, String path) {
                calls.fchmod(fd, attributes.mode() & 0777);
                calls.utimensat(fd, null, attributes.modified(), attributes.modified(), 0);
            }

            @Override
            public void toHandle(Fd handle, Attributes attributes, String path) {
                byte[] file = Syscalls.bytes(handle.procPath());
                if (!calls.fstat(handle.number()).isSymlink()) {
                    calls.fchmodat(At.FDCWD, file, attributes.mode() & 0777);
                }
                calls.utimensat(At.FDCWD, file, attributes.modified(), attributes.modified(), 0);
            }

            @Override
            public void toDirectory(int fd, Attributes attributes, String path) {
                calls.fchmod(fd, attributes.mode() & 0777);
            }

            @Override
            public boolean early() {
                return false;
            }
        };
    }
}
