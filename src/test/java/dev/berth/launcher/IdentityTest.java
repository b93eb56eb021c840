package dev.berth.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.IdMap;
import dev.berth.linux.Mode;
import dev.berth.linux.Open;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {
    private static final IdMap MAP =
            new IdMap(List.of(new IdMap.Extent(0, 1000, 1), new IdMap.Extent(1, 100000, 65536)));
    private static final IdMap SINGLE = new IdMap(List.of(new IdMap.Extent(0, 1000, 1)));

    @TempDir
    Path root;

    @BeforeEach
    void files() throws IOException {
        Files.createDirectory(root.resolve("etc"));
        Files.writeString(
                root.resolve("etc/passwd"),
                "root:x:0:0:root:/root:/bin/sh\n# comment\nweb:x:33:34::/var/www:/bin/sh\nbad:x:y:z:::\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\nwww:x:34:\ndocker:x:99:root,web\nfar:x:70000:web\n");
    }

    private Identity resolve(String user, IdMap map) {
        Syscalls calls = Syscalls.linux();
        try (Fd fd = new Fd(calls, calls.openat(At.FDCWD, Syscalls.bytes(root), Open.PATH, 0))) {
            return Identity.resolve(ImageUser.parse(user), Accounts.read(new RootFiles(calls, fd.number())), map, map);
        }
    }

    private Identity resolve(String user) {
        return resolve(user, MAP);
    }

    @Test
    void usersAndGroupsAreFoundAsDockerDoes() {
        assertEquals(new Identity(0, 0, List.of(0L, 99L), "/root"), resolve(""));
        assertEquals(new Identity(33, 34, List.of(34L, 99L), "/var/www"), resolve("web"));
        assertEquals(new Identity(33, 34, List.of(34L, 99L), "/var/www"), resolve("33"));
        assertEquals(new Identity(33, 99, List.of(99L), "/var/www"), resolve("web:docker"));
        assertEquals(new Identity(33, 5, List.of(5L), "/var/www"), resolve("33:5"));
        assertEquals(new Identity(1234, 0, List.of(0L), "/"), resolve("1234"));
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertEquals(
                "there is no user 'nobody' in /etc/passwd of the image",
                assertThrows(BadLaunch.class, () -> resolve("nobody")).getMessage());
        assertEquals(
                "there is no group 'x' in /etc/group of the image",
                assertThrows(BadLaunch.class, () -> resolve("web:x")).getMessage());
        assertEquals(
                "cannot run as user 65537: your subordinate ids give containers the ids 0 to 65536",
                assertThrows(BadLaunch.class, () -> resolve("65537")).getMessage());
        assertThrows(BadLaunch.class, () -> resolve("33", SINGLE));
        assertEquals(new Identity(0, 0, List.of(0L), "/root"), resolve("", SINGLE));
        assertThrows(BadLaunch.class, () -> ImageUser.parse("a b"));
        assertThrows(BadLaunch.class, () -> ImageUser.parse("-1"));
        assertThrows(BadLaunch.class, () -> resolve("99999999999"));
    }

    @Test
    void aHostilePasswdIsRefusedAndNotOpened() throws IOException {
        Path passwd = root.resolve("etc/passwd");
        Files.delete(passwd);
        Syscalls.linux().mknodat(At.FDCWD, Syscalls.bytes(passwd), Mode.FIFO | 0644, 0);
        assertEquals(
                "cannot read /etc/passwd of the image: it is not a regular file",
                assertThrows(BadLaunch.class, () -> resolve("")).getMessage());
        Files.delete(passwd);
        try (RandomAccessFile huge = new RandomAccessFile(passwd.toFile(), "rw")) {
            huge.setLength(1L << 40);
        }
        assertThrows(BadLaunch.class, () -> resolve(""));
        Files.delete(passwd);
        Files.createSymbolicLink(passwd, Path.of("../../../../../../etc/passwd-of-the-image"));
        assertEquals(new Identity(0, 0, List.of(0L), "/"), resolve(""));
        Files.writeString(root.resolve("etc/passwd-of-the-image"), "root:x:0:0::/here:/bin/sh\n");
        assertEquals("/here", resolve("").home());
    }
}
