package dev.berth.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.berth.SmallHeap;
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
            return Identity.resolve(ImageUser.parse(user), new Accounts(new RootFiles(calls, fd.number())), map, map);
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

    /** Those of a container that runs are its root's: 4 MiB of tiny lines are hundreds of megabytes, were they all kept. */
    @Test
    void millionsOfLinesFitASmallHeap() throws Exception {
        String junk = "a\n".repeat(2 << 20);
        String users = "u:x:7:7::/:\n".repeat((4 << 20) / 11);
        String groups = "g:x:5:web\n".repeat((4 << 20) / 10);
        for (String passwd : List.of(junk, users)) {
            Files.writeString(
                    root.resolve("etc/passwd"), passwd.substring(0, (4 << 20) - 100) + "\nweb:x:33:34::/w:\n");
            Files.writeString(root.resolve("etc/group"), groups.substring(0, (4 << 20) - 100) + "\nlast:x:6:a,web\n");
            assertEquals("/w [34, 5, 6]", SmallHeap.run("12m", ResolveWeb.class, root.toString()));
        }
    }

    /** What runs with little memory. */
    static final class ResolveWeb {
        public static void main(String[] arguments) {
            IdentityTest test = new IdentityTest();
            test.root = Path.of(arguments[0]);
            Identity web = test.resolve("web");
            System.out.print(web.home() + " " + web.groups());
        }
    }

    @Test
    void allMembersOfALargeGroupCount() throws Exception {
        StringBuilder members = new StringBuilder();
        for (int i = 0; members.length() < 200_000; i++) {
            members.append(",other").append(i);
        }
        String line = "first:x:5:web%s\r\nmiddle:x:6:%s,web%s\nend:x:7:%s,web\nnot:x:8:%s\nend:x:9:web"
                .formatted(members, members, members, members, members);
        Files.writeString(root.resolve("etc/group"), line);
        assertEquals(new Identity(33, 34, List.of(34L, 5L, 6L, 7L, 9L), "/var/www"), resolve("web"));
        assertEquals(8, resolve("web:not").gid());
        String most = "docker:x:99:web" + ",ü".repeat(1_390_000);
        Files.writeString(root.resolve("etc/group"), most + ",web\n");
        assertEquals("/var/www [34, 99]", SmallHeap.run("12m", ResolveWeb.class, root.toString()));
    }

    /** And what stands in a line without an end is not what somebody else is. */
    @Test
    void aLineThatIsNoListHidesNoOther() throws Exception {
        String endless = "x".repeat(3 << 20);
        Files.writeString(root.resolve("etc/group"), "big:x:5:" + endless + ",web\nsmall:x:6:web\n");
        Files.writeString(root.resolve("etc/passwd"), "a:x:1:1:" + endless + ":/a:\nweb:x:33:34::/w:\n");
        assertEquals("/w [34, 5, 6]", SmallHeap.run("12m", ResolveWeb.class, root.toString()));
    }

    @Test
    void aListOfGroupsWithoutEndIsRefused() throws IOException {
        StringBuilder groups = new StringBuilder();
        for (int i = 0; i < 70_000; i++) {
            groups.append("g:x:").append(i).append(":web\n");
        }
        Files.writeString(root.resolve("etc/group"), groups);
        assertEquals(
                "/etc/group of the image puts the user into more than 65536 groups, which the kernel does not allow",
                assertThrows(BadLaunch.class, () -> resolve("web")).getMessage());
    }

    @Test
    void ofALineThatEndsEarlyCountsWhatItHas() throws IOException {
        Files.writeString(
                root.resolve("etc/passwd"),
                "name\nno:x\nnone:x:\n  app:x:1000:1000\nbare:x:1001 \nempty:x:1002:\nbad:x:1003:y:::\n");
        Files.writeString(root.resolve("etc/group"), "name\nno:x\n app:x:1000\nlast:x:8:bare \n");
        assertEquals(new Identity(1000, 1000, List.of(1000L), "/"), resolve("app:app"));
        assertEquals(new Identity(1000, 1000, List.of(1000L), "/"), resolve("app"));
        assertEquals(new Identity(1001, 0, List.of(0L, 8L), "/"), resolve("bare"));
        assertEquals(new Identity(1002, 0, List.of(0L), "/"), resolve("empty"));
        for (String user : List.of("name", "no", "none", "bad", "app:no")) {
            assertThrows(BadLaunch.class, () -> resolve(user), user);
        }
    }

    @Test
    void linesOfOtherSystemsAndOneWithoutAnEndAreRead() throws IOException {
        Files.writeString(root.resolve("etc/passwd"), ":x:5:5::/none:\r\n\r\nweb:x:33:34::/w");
        Files.writeString(root.resolve("etc/group"), "empty:x:7:\r\nlate:x:8:a,web\r\n");
        assertEquals(new Identity(33, 34, List.of(34L, 8L), "/w"), resolve("web"));
        assertEquals(new Identity(5, 5, List.of(5L), "/none"), resolve("5"));
    }
}
