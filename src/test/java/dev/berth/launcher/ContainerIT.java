package dev.berth.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.IdMap;
import dev.berth.linux.Syscalls;
import dev.berth.linux.TerminalSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real containers of the machine's busybox. Runs inside U1: {@link LauncherTest} brings it there. */
class ContainerIT {
    @TempDir
    static Path base;

    private static Launcher launcher;

    @BeforeAll
    static void makeLauncher() {
        launcher = new Launcher(Syscalls.linux(), Path.of(System.getProperty("berth.init")));
    }

    @AfterAll
    static void close() {
        launcher.close();
    }

    private static TrialContainer container(String... arguments) throws Exception {
        return new TrialContainer(launcher, base, arguments);
    }

    private static String output(String script) throws Exception {
        try (TrialContainer container = container("sh", "-c", script)) {
            return container.output();
        }
    }

    @Test
    void theCapabilitySetsOfRoot() throws Exception {
        assertEquals("""
                CapInh:\t0000000000000000
                CapPrm:\t00000000800405fb
                CapEff:\t00000000800405fb
                CapBnd:\t00000000800405fb
                CapAmb:\t0000000000000000
                NoNewPrivs:\t0
                Seccomp:\t2
                """, output("grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status"));
    }

    @Test
    void aUserOfTheImageHasNoCapabilityButHisGroups() throws Exception {
        try (TrialContainer container = container("sh", "-c", "id; grep -E '^Cap(Prm|Eff|Bnd)' /proc/self/status; env")
                .user("web")) {
            assertEquals(
                    """
                    uid=1000(web) gid=1001(web) groups=44(extra),1001(web)
                    CapPrm:\t0000000000000000
                    CapEff:\t0000000000000000
                    CapBnd:\t00000000800405fb
                    HOSTNAME=trial
                    SHLVL=1
                    HOME=/home/web
                    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
                    PWD=/
                    """.lines().sorted().toList(),
                    container.output().lines().sorted().toList());
        }
    }

    @Test
    void noNewPrivilegesAndNoCapabilities() throws Exception {
        Security security = new Security(CapabilitySet.of(List.of(), List.of("ALL")), true, true);
        try (TrialContainer container = container(
                        "sh", "-c", "grep -E '^(CapBnd|NoNewPrivs)' /proc/self/status; touch /x /tmp/x")
                .security(security)
                .mounts(new MountSpec.Tmpfs("/tmp", 0, false))) {
            assertEquals(
                    "CapBnd:\t0000000000000000\nNoNewPrivs:\t1\ntouch: /x: Read-only file system\n",
                    container.output());
        }
    }

    @Test
    void pathsThatAreHiddenOrTakeNoWrite() throws Exception {
        String seen = output("""
                for f in /proc/kcore /proc/keys /proc/timer_list /proc/interrupts; do [ -e $f ] && wc -c < $f; done
                ls -A /sys/firmware /proc/acpi /proc/scsi 2>/dev/null | grep -v :
                echo 1 > /proc/sys/kernel/domainname
                [ ! -e /proc/sysrq-trigger ] || (echo b > /proc/sysrq-trigger) 2>&1 | grep -v Read-only
                mkdir /sys/fs/x
                mkdir /sys/firmware/x
                """);
        String text = seen.replaceAll("(?m)^0\n", "").replaceAll("(?m)^\n", "");
        assertEquals(
                List.of(
                        "sh: can't create /proc/sys/kernel/domainname: Read-only file system",
                        "mkdir: can't create directory '/sys/fs/x': Read-only file system",
                        "mkdir: can't create directory '/sys/firmware/x': Read-only file system"),
                text.lines()
                        .map(l -> l.replaceFirst("^sh: line \\d+: ", "sh: "))
                        .toList());
    }

    @Test
    void theMountsOfEveryContainer() throws Exception {
        Map<String, String> mounts = output("cat /proc/mounts")
                .lines()
                .map(line -> line.split(" "))
                .collect(Collectors.toMap(f -> f[1], f -> f[2] + " " + f[3], (a, b) -> b));
        for (Map.Entry<String, List<String>> expected : Map.of(
                        "/proc", List.of("proc ", "nosuid", "nodev", "noexec"),
                        "/dev", List.of("tmpfs ", "nosuid", "mode=755", "size=65536k"),
                        "/dev/pts", List.of("devpts ", "nosuid", "noexec", "mode=620", "ptmxmode=666"),
                        "/dev/shm", List.of("tmpfs ", "nosuid", "nodev", "noexec", "size=65536k"),
                        "/dev/mqueue", List.of("mqueue ", "nosuid", "nodev", "noexec"),
                        "/sys", List.of("sysfs ", "ro,", "nosuid", "nodev", "noexec"),
                        "/etc/hosts", List.of("rw"))
                .entrySet()) {
            String mount = mounts.getOrDefault(expected.getKey(), "");
            expected.getValue().forEach(part -> assertTrue(mount.contains(part), expected.getKey() + ": " + mount));
        }
        assertEquals(
                "console|core|fd|full|mqueue|null|ptmx|pts|random|shm|stderr|stdin|stdout|tty|urandom|zero",
                new TreeSet<>(Arrays.asList(output("ls -A /dev; echo console").split("\n")))
                        .stream().collect(Collectors.joining("|")));
        assertEquals("0\n8\nx\n", output("cat /dev/null | wc -c; head -c 8 /dev/zero | wc -c; echo x > /dev/stdout"));
    }

    @Test
    void idsAreThoseOfTheServicesOwnNamespace() throws Exception {
        IdMap own = IdMap.read(Path.of("/proc/self/uid_map"));
        String expected = own.extents().stream()
                .map(e -> e.inside() + " " + e.inside() + " " + e.count())
                .collect(Collectors.joining("\n"));
        assertEquals(
                expected,
                output("cat /proc/self/uid_map")
                        .strip()
                        .lines()
                        .map(line -> line.strip().replaceAll(" +", " "))
                        .collect(Collectors.joining("\n")));
        long beyond = own.extents().stream()
                .mapToLong(e -> e.inside() + e.count())
                .max()
                .orElseThrow();
        assertEquals("0\n", output("touch /tmp/x && chown " + beyond + " /tmp/x 2>/dev/null; stat -c %u /tmp/x"));
        assertEquals("33\n", output("touch /tmp/x && chown 33 /tmp/x; stat -c %u /tmp/x"));
    }

    @Test
    void namespacesAreItsOwn() throws Exception {
        String inside = output("for n in user pid mnt net uts ipc cgroup; do readlink /proc/self/ns/$n; done");
        for (String line : inside.strip().split("\n")) {
            String kind = line.substring(0, line.indexOf(':'));
            assertFalse(
                    Files.readSymbolicLink(Path.of("/proc/self/ns/" + kind))
                            .toString()
                            .equals(line),
                    line);
        }
        assertEquals("trial\ntrial\n", output("hostname; cat /etc/hostname"));
    }

    @Test
    void exitCodesAreTheProgramsOwn() throws Exception {
        for (int code : new int[] {0, 1, 7, 125, 255}) {
            try (TrialContainer container =
                    container("sh", "-c", "exit " + code).start()) {
                assertEquals(code, container.exit().code());
                assertEquals(0, container.exit().signal());
            }
        }
        try (TrialContainer container = container("sh", "-c", "kill -9 $$").start()) {
            assertEquals(137, container.exit().code());
            assertEquals(9, container.exit().signal());
        }
    }

    @Test
    void aProgramThatCannotRunIsSaid() throws Exception {
        assertFailed(127, "cannot run 'nope': the image has no such program in its PATH", "nope");
        assertFailed(
                127, "cannot run /nope: the image has no such program, or not the interpreter that it names", "/nope");
        assertFailed(126, "cannot run /etc/passwd: it is not executable for this user", "/etc/passwd");
        assertFailed(126, "cannot run /tmp: it is not executable for this user", "/tmp");
        try (TrialContainer container = container("/tmp/script")) {
            Path script = Files.writeString(container.path("/tmp/script"), "\0\0\0");
            script.toFile().setExecutable(true);
            LaunchFailed e = assertThrows(LaunchFailed.class, container::start);
            assertEquals(126, e.exitCode());
            assertTrue(e.getMessage().contains("no program of this machine's architecture"), e.getMessage());
        }
    }

    private static void assertFailed(int code, String sentence, String program) throws Exception {
        try (TrialContainer container = container(program)) {
            LaunchFailed e = assertThrows(LaunchFailed.class, container::start);
            assertEquals(sentence, e.getMessage());
            assertEquals(code, e.exitCode());
        }
    }

    @Test
    void noDescriptorIsLeaked() throws Exception {
        try (TrialContainer container = container("ls", "/proc/self/fd")) {
            assertEquals("0\n1\n2\n3\n", container.output()); // 3 is the directory that ls reads
        }
        assertEquals("/dev/null\n", output("readlink /proc/self/fd/0"));
    }

    @Test
    void orphansAreReaped() throws Exception {
        assertEquals("0\n", output("(sleep 0.1 &); (true &); sleep 0.5; ps | grep -c '[Z]ombie\\|\\[true\\]'"));
    }

    @Test
    void theProgramOfPid1TakesNoChange() throws Exception {
        String seen = output("""
                echo x >> /proc/1/exe
                chmod 4777 /proc/1/exe
                cat /proc/1/environ | wc -c
                """);
        assertFalse(seen.isBlank());
        assertTrue(seen.contains("/proc/1/exe"), seen);
        assertTrue(
                seen.lines()
                                .filter(l -> l.contains("denied") || l.contains("not permitted") || l.contains("busy"))
                                .count()
                        >= 2,
                seen);
    }

    @Test
    void aTerminalOfTheContainersOwn() throws Exception {
        List<String> heard = TrialContainer.notes();
        try (TrialContainer container = container(
                        "sh", "-c", "tty; stat -c %g $(tty); stty size; read x; stty size; echo got $x; exit 3")
                .terminal(100, 30)) {
            container.start();
            container.awaitOutput("30 100");
            try (MonitorClient client = container.connect(heard)) {
                client.resize(new TerminalSize(132, 43));
                client.input("hello\r".getBytes(StandardCharsets.US_ASCII));
                assertEquals(3, container.exit().code());
            }
            String text = TrialContainer.text(container.directory);
            assertTrue(text.startsWith("/dev/pts/0\r\n5\r\n30 100\r\n"), text);
            assertTrue(text.contains("43 132\r\ngot hello\r\n"), text);
        }
    }

    @Test
    void ctrlCReachesTheForegroundOfTheTerminal() throws Exception {
        try (TrialContainer container = container(
                        "sh", "-c", "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 1; done")
                .terminal(80, 24)
                .start()) {
            container.awaitOutput("ready");
            try (MonitorClient client = container.connect(TrialContainer.notes())) {
                client.input(new byte[] {3});
                assertEquals(9, container.exit().code());
            }
            assertTrue(TrialContainer.text(container.directory).contains("caught"));
        }
    }

    @Test
    void inputIsPipedAndEnds() throws Exception {
        byte[] input = new byte[300_000];
        Arrays.fill(input, (byte) 'x');
        List<String> heard = TrialContainer.notes();
        try (TrialContainer container =
                container("sh", "-c", "wc -c; echo to stderr >&2").openStdin().start()) {
            try (MonitorClient client = container.connect(heard)) {
                client.input(input);
                client.endInput();
                assertEquals(0, container.exit().code());
                for (int i = 0; i < 100 && !heard.contains("closed"); i++) {
                    Thread.sleep(20);
                }
            }
            assertEquals("300000\nto stderr\n", TrialContainer.text(container.directory));
            assertTrue(heard.contains("exited 0 0"), heard.toString());
            assertTrue(heard.contains("closed"), heard.toString());
        }
    }

    @Test
    void signalsReachTheProgram() throws Exception {
        try (TrialContainer container = container(
                        "sh", "-c", "trap 'echo bye; exit 4' TERM; echo ready; while :; do sleep 0.1; done")
                .start()) {
            container.awaitOutput("ready");
            try (MonitorClient client = container.connect(TrialContainer.notes())) {
                client.signal(15);
                assertEquals(4, container.exit().code());
            }
        }
    }

    /** What the user mounts is not left out. */
    @Test
    void anEtcThatTakesNoFileDoesWithoutThoseOfBerthThatItLacks() throws Exception {
        Path etc = Files.createDirectories(base.resolve("etc"));
        Files.createFile(etc.resolve("hostname"));
        try (TrialContainer container =
                container("sh", "-c", "ls /etc; cat /etc/hostname").mounts(new MountSpec.Bind(etc, "/etc", true))) {
            assertEquals("hostname\ntrial\n", container.output());
        }
        // No one may create a file in a directory of sysfs, as in one that belongs to another user.
        try (TrialContainer container = container("sh", "-c", "[ -e /etc/hosts ] || echo without")
                .mounts(new MountSpec.Bind(Path.of("/sys/class"), "/etc", false))) {
            assertEquals("without\n", container.output());
        }
        try (TrialContainer container = container("sh", "-c", "ls /etc; ls /memory; cat /etc/hostname")
                .mounts(new MountSpec.Tmpfs("/memory", 0, true))) {
            Files.createSymbolicLink(container.path("/etc/resolv.conf"), Path.of("../memory/resolv.conf"));
            assertEquals("group\nhostname\nhosts\nmtab\npasswd\nresolv.conf\ntrial\n", container.output());
        }
        try (TrialContainer container = container("true")
                .mounts(new MountSpec.Bind(etc, "/etc", true), new MountSpec.Bind(etc, "/etc/no", false))) {
            LaunchFailed e = assertThrows(LaunchFailed.class, container::start);
            assertTrue(e.getMessage().startsWith("cannot mount /etc/no in the container: read-only"), e.getMessage());
        }
    }

    @Test
    void mtabLeadsToTheMountsOfTheContainerWhereTheImageHasNone() throws Exception {
        String show = "readlink /etc/mtab; grep -o ' /dev/shm ' /etc/mtab";
        assertEquals("/proc/mounts\n /dev/shm \n", output(show));
        Security readOnly = new Security(CapabilitySet.of(List.of(), List.of()), true, true);
        try (TrialContainer container = container("sh", "-c", show).security(readOnly)) {
            assertEquals("/proc/mounts\n /dev/shm \n", container.output());
        }
        try (TrialContainer container = container("cat", "/etc/mtab")) {
            Files.writeString(container.path("/etc/mtab"), "the image's\n");
            assertEquals("the image's\n", container.output());
        }
        Path own = Files.writeString(base.resolve("mtab"), "the user's\n");
        try (TrialContainer container =
                container("cat", "/etc/mtab").mounts(new MountSpec.Bind(own, "/etc/mtab", false))) {
            assertEquals("the user's\n", container.output());
        }
        try (TrialContainer container = container("ls", "/etc")) {
            for (String path : List.of("/etc/passwd", "/etc/group", "/etc")) {
                Files.delete(container.path(path));
            }
            assertEquals("hostname\nhosts\nresolv.conf\n", container.output());
        }
    }

    @Test
    void bindsAreSeenAndKeepReadOnly() throws Exception {
        Path shared = Files.createDirectories(base.resolve("shared"));
        Files.writeString(shared.resolve("file"), "content\n");
        try (TrialContainer container = container(
                        "sh", "-c", "cat /data/ro/file; echo x > /data/ro/file; echo mine > /rw/new; ls /t | wc -l")
                .mounts(
                        new MountSpec.Bind(shared, "/data/ro", true),
                        new MountSpec.Bind(shared, "/rw", false),
                        new MountSpec.Tmpfs("/t", 1 << 20, false))) {
            String text = container.output();
            assertTrue(text.startsWith("content\n"), text);
            assertTrue(text.contains("Read-only file system"), text);
            assertEquals("mine\n", Files.readString(shared.resolve("new")));
        }
        try (TrialContainer container =
                container("true").mounts(new MountSpec.Bind(shared.resolve("no"), "/x", true))) {
            BadLaunch e = assertThrows(BadLaunch.class, container::start);
            assertTrue(e.getMessage().endsWith("no at /x: no such file or directory"), e.getMessage());
        }
    }

    @Test
    void programsAreRunInARunningContainer() throws Exception {
        try (TrialContainer container = container("sleep", "100").start()) {
            Path session = container.exec(
                    TrialContainer.spec("sh", "-c", "cat /proc/[0-9]*/comm | grep -c '^sleep$'; hostname; exit 5"));
            assertEquals(5, TrialContainer.exit(session).code());
            assertEquals("1\ntrial\n", TrialContainer.text(session));
            Path terminal = container.exec(TrialContainer.terminal(
                    TrialContainer.spec("sh", "-c", "tty; stty size; grep -E 'CapEff|Seccomp:' /proc/self/status"),
                    90,
                    20));
            assertEquals(
                    "/dev/pts/0\r\n20 90\r\nCapEff:\t00000000800405fb\r\nSeccomp:\t2\r\n",
                    TrialContainer.output(terminal));
            LaunchFailed e = assertThrows(LaunchFailed.class, () -> container.exec(TrialContainer.spec("nope")));
            assertEquals(127, e.exitCode());
        }
    }

    @Test
    void theNetworkIsReadyBeforeTheProgramStarts() throws Exception {
        try (TrialContainer container = container(
                        "sh",
                        "-c",
                        "ip -4 addr show tap0 | grep -o 'inet [0-9./]*'; cat /etc/resolv.conf; cat /proc/sys/net/ipv4/ping_group_range; cd /etc && httpd -p 80 && wget -qO- http://localhost/hostname")
                .slirp()) {
            String text = container.output();
            assertTrue(text.startsWith("inet 10.0.2.100/24\nnameserver 10.0.2.3\n"), text);
            assertTrue(text.endsWith("0\t" + lastGroup() + "\ntrial\n"), text);
        }
        assertEquals("lo\n", output("ls /sys/class/net"));
    }

    private static long lastGroup() {
        return IdMap.read(Path.of("/proc/self/gid_map")).size() - 1;
    }

    @Test
    void theLogKeepsEveryByteAndRotates() throws Exception {
        try (TrialContainer container = container("sh", "-c", "seq 1 200000")) {
            String expected = java.util.stream.IntStream.rangeClosed(1, 200000)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining("\n", "", "\n"));
            assertEquals(expected, container.output());
        }
        try (TrialContainer container = container("sh", "-c", "seq 1 200000").log(new LogLimits(100_000, 3, false))) {
            container.output();
            long kept = TrialContainer.text(container.directory).length();
            assertTrue(kept > 150_000 && kept < 300_000, "kept " + kept);
        }
    }

    @Test
    void nothingIsLeftOfAContainerWhoseMonitorIsKilled() throws Exception {
        Launched launched;
        try (TrialContainer container = container("sleep", "1000").start()) {
            launched = container.launched();
            assertEquals(
                    launched.process(),
                    MonitorRecord.read(container.directory)
                            .orElseThrow()
                            .process()
                            .orElseThrow());
        }
        Path proc = Path.of("/proc");
        for (int i = 0;
                i < 1000
                        && (launched.process().isRunning(proc)
                                || launched.init().isRunning(proc));
                i++) {
            Thread.sleep(10);
        }
        assertFalse(launched.process().isRunning(proc));
        assertFalse(launched.init().isRunning(proc));
    }

    @Test
    void usersAreSwitchedTo() throws Exception {
        assertEquals(
                "uid=1000(web) gid=1001(web) groups=44(extra),1001(web)\n/home/web\nweb web\n",
                output("su web -c 'id; echo $HOME'; touch /tmp/f; chown web:web /tmp/f; stat -c '%U %G' /tmp/f"));
    }

    @Test
    void anImageThatLeadsElsewhereByLinksStaysInItsRoot() throws Exception {
        Path outside = Files.createDirectories(base.resolve("outside"));
        try (TrialContainer container = container("sh", "-c", "cat /etc/hostname; pwd; ls /dev/null /dev/pts/ptmx")) {
            Files.createSymbolicLink(container.path("/etc/hostname"), outside.resolve("hostname"));
            Files.createSymbolicLink(container.path("/etc/resolv.conf"), Path.of("../../../../run/resolv.conf"));
            Files.createSymbolicLink(container.path("/work"), outside);
            Files.createSymbolicLink(container.path("/dev"), outside.resolve("dev"));
            container.process(new ProcessSpec(
                    container.spec().arguments(),
                    List.of(),
                    Map.of(),
                    ImageUser.ROOT,
                    "/work/deep",
                    false,
                    false,
                    TerminalSize.DEFAULT));
            String text;
            try {
                text = container.output();
            } catch (LaunchFailed e) {
                text = e.getMessage();
            }
            try (var left = Files.list(outside)) {
                assertEquals(List.of(), left.toList(), text);
            }
        }
    }

    @Test
    void aLinkInsteadOfProcIsRefused() throws Exception {
        try (TrialContainer container = container("true")) {
            Files.delete(container.path("/proc"));
            Files.createSymbolicLink(container.path("/proc"), Path.of("tmp"));
            LaunchFailed e = assertThrows(LaunchFailed.class, container::start);
            assertEquals(125, e.exitCode());
            assertTrue(e.getMessage().startsWith("cannot mount /proc in the container: "), e.getMessage());
        }
    }

    @Test
    void twentyAtOnce() throws Exception {
        List<TrialContainer> all = new java.util.ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(container("sh", "-c", "sleep 0.2; echo done " + i));
        }
        try {
            all.parallelStream().forEach(TrialContainer::start);
            for (int i = 0; i < 20; i++) {
                assertEquals("done " + i + "\n", TrialContainer.output(all.get(i).directory));
            }
        } finally {
            all.forEach(TrialContainer::close);
        }
    }

    @Test
    void theMachinesRootCanBeShown() throws Exception {
        try (TrialContainer container = container("sh", "-c", "ls -d /host/etc /host/proc/self; touch /host/tmp/no")
                .mounts(new MountSpec.Bind(Path.of("/"), "/host", true))) {
            assertEquals(
                    "/host/etc\n/host/proc/self\ntouch: /host/tmp/no: Read-only file system\n", container.output());
        }
    }

    @Test
    void aMonitorThatIsKilledEndsItsConnections() throws Exception {
        List<String> heard = TrialContainer.notes();
        try (TrialContainer container = container("sleep", "100").start()) {
            MonitorClient client = container.connect(heard);
            container.close();
            for (int i = 0; i < 200 && !heard.contains("closed"); i++) {
                Thread.sleep(10);
            }
            assertTrue(heard.contains("closed"), heard.toString());
            assertThrows(MonitorGone.class, () -> client.signal(15));
            client.close();
            assertThrows(MonitorGone.class, () -> container.connect(heard));
        }
    }
}
