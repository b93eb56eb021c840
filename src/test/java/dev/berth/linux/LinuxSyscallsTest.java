package dev.berth.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxSyscallsTest {
    private final Syscalls linux = Syscalls.linux();

    @TempDir
    Path folder;

    private int directory;

    @BeforeEach
    void openFolder() {
        directory = linux.openat(At.FDCWD, Syscalls.bytes(folder), Open.PATH | Open.DIRECTORY, 0);
    }

    @AfterEach
    void closeFolder() {
        linux.close(directory);
    }

    @Test
    void openat2StaysBeneathItsRoot() throws IOException {
        Files.createSymbolicLink(folder.resolve("out"), Path.of("/etc/passwd"));
        SyscallException e = assertThrows(
                SyscallException.class,
                () -> linux.openat2(directory, Syscalls.bytes("out"), Open.RDONLY, 0, Resolve.BENEATH));
        assertEquals(Errno.EXDEV, e.errno());
        assertEquals("openat2 'out': invalid cross-device link (EXDEV)", e.getMessage());
        e = assertThrows(
                SyscallException.class,
                () -> linux.openat2(directory, Syscalls.bytes("out"), Open.RDONLY, 0, Resolve.IN_ROOT));
        assertEquals(Errno.ENOENT, e.errno());
    }

    @Test
    void namesAreBytes() throws IOException {
        byte[] name = {'a', (byte) 0xff, (byte) 0xfe};
        linux.mkdirat(directory, name, 0750);
        assertEquals(0750, linux.statx(directory, name, 0).permissions());
        byte[] found = entries(folder).get(0).name();
        assertArrayEquals(name, found);
        linux.unlinkat(directory, name, At.REMOVEDIR);
    }

    @Test
    void aNameWithNulIsRefused() {
        byte[] name = {'a', 0, 'b'};
        assertEquals(
                Errno.EINVAL,
                assertThrows(SyscallException.class, () -> linux.mkdirat(directory, name, 0700))
                        .errno());
    }

    @Test
    void aDirectoryIsListedWhole() throws IOException {
        for (int i = 0; i < 1500; i++) {
            Files.createFile(folder.resolve("a-rather-long-name-of-a-file-" + i));
        }
        Files.createDirectory(folder.resolve("d"));
        List<DirectoryEntry> all = entries(folder);
        assertEquals(1501, all.stream().map(DirectoryEntry::text).distinct().count());
        assertEquals(
                Mode.DIRECTORY,
                all.stream()
                        .filter(e -> e.text().equals("d"))
                        .findFirst()
                        .orElseThrow()
                        .type());
    }

    private List<DirectoryEntry> entries(Path path) {
        int fd = linux.openat(At.FDCWD, Syscalls.bytes(path), Open.RDONLY | Open.DIRECTORY, 0);
        List<DirectoryEntry> all = new ArrayList<>();
        for (List<DirectoryEntry> batch = linux.getdents(fd); !batch.isEmpty(); batch = linux.getdents(fd)) {
            all.addAll(batch);
        }
        linux.close(fd);
        return all;
    }

    @Test
    void writesAndReadsByHeapAndDirectBuffers() {
        int fd = linux.openat(directory, Syscalls.bytes("f"), Open.RDWR | Open.CREAT | Open.EXCL, 0640);
        byte[] big = new byte[200_000];
        big[199_999] = 7;
        linux.writeFully(fd, big);
        linux.writeFully(
                fd,
                ByteBuffer.allocateDirect(3)
                        .put((byte) 1)
                        .put((byte) 2)
                        .put((byte) 3)
                        .flip()
                        .position(1));
        assertEquals(200_002, linux.fstat(fd).size());
        ByteBuffer end = ByteBuffer.allocateDirect(10);
        assertEquals(3, linux.pread(fd, end, 199_999));
        end.flip();
        assertEquals(7, end.get());
        assertEquals(2, end.get());
        assertEquals(3, end.get());
        ByteBuffer middle = ByteBuffer.allocate(8);
        middle.position(4);
        assertEquals(1, linux.pread(fd, middle.limit(5), 199_999));
        assertEquals(7, middle.get(4));
        linux.utimensat(fd, null, Timestamp.OMIT, new Timestamp(-5, 999_999_999), 0);
        assertEquals(new Timestamp(-5, 999_999_999), linux.fstat(fd).modified());
        linux.close(fd);
    }

    @Test
    void linksAndLinkTargets() {
        linux.symlinkat(Syscalls.bytes("a/target"), directory, Syscalls.bytes("link"));
        assertEquals("a/target", new String(linux.readlinkat(directory, Syscalls.bytes("link"))));
        linux.linkat(directory, Syscalls.bytes("link"), directory, Syscalls.bytes("again"), 0);
        Stat link = linux.statx(directory, Syscalls.bytes("again"), At.SYMLINK_NOFOLLOW);
        assertTrue(link.isSymlink());
        assertEquals(2, link.links());
        linux.renameat2(directory, Syscalls.bytes("again"), directory, Syscalls.bytes("third"), Rename.NOREPLACE);
        assertEquals(
                Errno.ENOENT,
                assertThrows(SyscallException.class, () -> linux.unlinkat(directory, Syscalls.bytes("again"), 0))
                        .errno());
    }

    @Test
    void attributesOfADescriptor() {
        int fd = linux.openat(directory, Syscalls.bytes("f"), Open.RDWR | Open.CREAT, 0600);
        byte[] value = new byte[2000];
        value[1999] = 9;
        linux.fsetxattr(fd, Syscalls.bytes("user.berth.test"), value, Xattr.CREATE);
        assertArrayEquals(value, linux.fgetxattr(fd, Syscalls.bytes("user.berth.test")));
        int path = linux.openat(directory, Syscalls.bytes("f"), Open.PATH, 0);
        byte[] proc = Syscalls.bytes("/proc/self/fd/" + path);
        assertArrayEquals(value, linux.getxattr(proc, Syscalls.bytes("user.berth.test")));
        assertEquals(
                List.of("user.berth.test"),
                linux.listxattr(proc).stream()
                        .map(String::new)
                        .filter(n -> n.startsWith("user."))
                        .toList());
        linux.removexattr(proc, Syscalls.bytes("user.berth.test"));
        SyscallException e =
                assertThrows(SyscallException.class, () -> linux.fgetxattr(fd, Syscalls.bytes("user.berth.test")));
        assertEquals(Errno.ENODATA, e.errno());
        linux.close(fd);
        linux.close(path);
    }

    @Test
    void deviceNumbersGoBothWays() {
        long device = Stat.device(0xabcde, 0x12345);
        assertEquals(0xabcde, Stat.major(device));
        assertEquals(0x12345, Stat.minor(device));
        assertEquals(
                0x103, linux.statx(At.FDCWD, Syscalls.bytes("/dev/null"), 0).rdevice());
    }

    @Test
    void aSecondLockIsToldAtOnce() {
        int one = linux.openat(directory, Syscalls.bytes("lock"), Open.RDWR | Open.CREAT, 0600);
        int two = linux.openat(directory, Syscalls.bytes("lock"), Open.RDWR, 0);
        assertTrue(linux.flock(one, Flock.EXCLUSIVE | Flock.NONBLOCK));
        assertFalse(linux.flock(two, Flock.EXCLUSIVE | Flock.NONBLOCK));
        linux.close(one);
        assertTrue(linux.flock(two, Flock.EXCLUSIVE | Flock.NONBLOCK));
        linux.close(two);
    }

    /** A container's root owns the file of its PID 1, and every monitor is started from the same. Linux 6.3 has a seal for that. */
    @Test
    void nobodyTakesTheRightToBeExecutedFromASealedProgram() throws Exception {
        String[] version = System.getProperty("os.version").split("[^0-9]+");
        boolean hasSeal = Integer.parseInt(version[0]) * 100 + Integer.parseInt(version[1]) >= 603;
        try (Fd fd = Memfd.sealedProgram(linux, "test", new byte[] {1, 2})) {
            Path file = Path.of("/proc/self/fd/" + fd.number());
            try {
                Files.setPosixFilePermissions(file, Set.of());
                assertFalse(hasSeal, "the seal is not there");
            } catch (FileSystemException refused) {
                assertTrue(hasSeal, refused::getMessage);
            }
        }
    }

    @Test
    void aSealedMemfdTakesNoWrite() {
        try (Fd fd = Memfd.sealed(linux, "test", new byte[] {1, 2})) {
            SyscallException e =
                    assertThrows(SyscallException.class, () -> linux.writeFully(fd.number(), new byte[] {1}));
            assertEquals(Errno.EPERM, e.errno());
            assertEquals(2, linux.fstat(fd.number()).size());
        }
    }

    @Test
    void descriptorsTravelOverASocket() {
        int[] pair = linux.socketpair(SocketCalls.SocketType.SEQPACKET);
        int sent = linux.openat(At.FDCWD, Syscalls.bytes("/dev/null"), Open.RDWR, 0);
        linux.sendmsg(pair[0], ByteBuffer.wrap("ready".getBytes()), List.of(sent, sent));
        ByteBuffer into = ByteBuffer.allocate(100);
        SocketCalls.Received received = linux.recvmsg(pair[1], into, 4);
        assertEquals("ready", new String(into.array(), 0, received.bytes()));
        assertEquals(2, received.descriptors().size());
        assertEquals(0x103, linux.fstat(received.descriptors().get(1)).rdevice());
        linux.close(pair[0]);
        assertEquals(0, linux.recvmsg(pair[1], into, 0).bytes());
        assertEquals(
                Errno.EPIPE,
                assertThrows(
                                SyscallException.class,
                                () -> linux.sendmsg(pair[1], ByteBuffer.wrap(new byte[1]), List.of()))
                        .errno());
        received.descriptors().forEach(linux::close);
        linux.close(sent);
        linux.close(pair[1]);
    }

    @Test
    void pollTellsReadinessAndTime() {
        int[] pair = linux.socketpair(SocketCalls.SocketType.STREAM);
        var both =
                List.of(new SocketCalls.PollRequest(pair[0], Poll.IN), new SocketCalls.PollRequest(pair[1], Poll.IN));
        assertTrue(linux.poll(both, Duration.ofMillis(20)).isEmpty());
        linux.writeFully(pair[0], new byte[] {1});
        assertEquals(
                List.of(0, Poll.IN),
                linux.poll(both, Duration.ofSeconds(5)).stream()
                        .map(SocketCalls.PollResult::events)
                        .toList());
        linux.close(pair[0]);
        linux.close(pair[1]);
    }

    @Test
    void aUnixSocketIsReachedByAShortPathOfALongOne() throws IOException {
        Path deep = folder;
        for (int i = 0; i < 12; i++) {
            deep = deep.resolve("a-long-name-of-a-folder");
        }
        Files.createDirectories(deep);
        Path path = deep.resolve("attach");
        try (Fd server = UnixSocket.listen(linux, path);
                Fd client = UnixSocket.connect(linux, path);
                Fd accepted = new Fd(linux, linux.accept(server.number()))) {
            linux.writeFully(client.number(), new byte[] {42});
            ByteBuffer into = ByteBuffer.allocate(1);
            assertEquals(1, linux.read(accepted.number(), into));
        }
    }

    @Test
    void aSpawnedProgramSeesOnlyWhatItIsGiven() throws Exception {
        Path out = folder.resolve("out");
        int fd = linux.openat(At.FDCWD, Syscalls.bytes(out), Open.RDWR | Open.CREAT, 0600);
        int none = linux.openat(At.FDCWD, Syscalls.bytes("/dev/null"), Open.RDWR, 0);
        int pid = linux.posixSpawn(new Spawn(
                "/bin/sh",
                // The shell itself reads its status: while it forks another program, it blocks signals for a moment.
                List.of(
                        "sh",
                        "-c",
                        "ls /proc/$$/fd; while read -r l; do echo \"$l\"; done </proc/$$/status; cat /proc/$$/environ; exit 7"),
                List.of("A=b"),
                List.of(none, fd, none, fd),
                true));
        OptionalInt status = OptionalInt.empty();
        for (int i = 0; i < 500 && status.isEmpty(); i++) {
            Thread.sleep(10);
            status = linux.waitNoHang(pid);
        }
        assertEquals(7 << 8, status.orElseThrow());
        String seen = Files.readString(out);
        assertTrue(seen.startsWith("0\n1\n2\n3\nName"), seen);
        assertTrue(seen.contains("\nNSsid:\t" + pid), seen);
        assertTrue(seen.contains("\nSigIgn:\t0000000000000000\n"), seen);
        assertTrue(seen.contains("\nSigBlk:\t0000000000000000\n"), seen);
        assertTrue(seen.endsWith("A=b\0"), seen);
        linux.close(fd);
        linux.close(none);
    }

    @Test
    void aMissingProgramIsAnErrorOfTheSpawn() {
        SyscallException e = assertThrows(
                SyscallException.class,
                () -> linux.posixSpawn(new Spawn("/nonexistent", List.of("x"), List.of(), List.of(), true)));
        assertEquals(Errno.ENOENT, e.errno());
    }

    @Test
    void aProcessIsFoundByItsStartTime() {
        ProcStat self = ProcStat.read(Path.of("/proc"), linux.getpid()).orElseThrow();
        assertTrue(self.startTime() > 0);
        assertNotEquals(0, self.parent());
        try (PidFd process = PidFd.open(linux, Path.of("/proc"), linux.getpid(), self.startTime())
                .orElseThrow()) {
            assertTrue(process.isRunning());
        }
        assertTrue(PidFd.open(linux, Path.of("/proc"), linux.getpid(), self.startTime() + 1)
                .isEmpty());
    }

    @Test
    void mapsAndSubordinateIdsAreRead() throws IOException {
        Path map = Files.writeString(
                folder.resolve("uid_map"), "         0       1000          1\n         1     100000      65536\n");
        IdMap ids = IdMap.read(map);
        assertEquals(65537, ids.size());
        assertTrue(ids.contains(65536));
        assertFalse(ids.contains(65537));
        Path subuid =
                Files.writeString(folder.resolve("subuid"), "# x\nme:100000:65536\n1000:300000:10\nbad\nyou:1:2\n");
        assertEquals(
                List.of(new SubIds.Range(100000, 65536), new SubIds.Range(300000, 10)),
                SubIds.read(subuid, "me", 1000).ranges());
        assertEquals(
                "0 1000 1|1 100000 65536",
                ids.extents().stream()
                        .map(e -> e.inside() + " " + e.outside() + " " + e.count())
                        .collect(Collectors.joining("|")));
    }
}
