package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.rootfs.Need;
import dev.berth.rootfs.TarBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a container's program is given, what is kept from it, and what it cannot reach. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IsolationIT {
    private static final String KEPT = "00000000800405fb";
    private static final String NONE = "0000000000000000";
    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/interrupts",
            "/sys/firmware",
            "/sys/devices/virtual/powercap",
            "/sys/fs/selinux");
    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", "/sys");

    @TempDir
    Path temp;

    private Stage stage;

    @BeforeAll
    void begin() throws Exception {
        stage = new Stage();
    }

    @AfterAll
    void end() throws Exception {
        if (stage != null) {
            stage.close();
        }
    }

    @Test
    void rootOfTheContainerIsNobodyOnTheHost() throws Exception {
        String id = stage.berth.must("run", "-d", stage.image, "sleep", "1000");
        long pid = stage.berth.get("/containers/" + id).path("pid").asLong();
        List<String[]> map = Files.readAllLines(Path.of("/proc/" + pid + "/uid_map")).stream()
                .map(line -> line.strip().split(" +"))
                .toList();
        long next = 0;
        for (String[] extent : map) {
            assertEquals(next, Long.parseLong(extent[0]), "ids have a gap");
            assertNotEquals("0", extent[1], "an id of the container is root of the host");
            next += Long.parseLong(extent[2]);
        }
        assertTrue(next > 65536, "ids of the container: " + next);
        assertEquals(
                Files.readString(Path.of("/proc/" + pid + "/uid_map")).lines().count(),
                Files.readString(Path.of("/proc/" + pid + "/gid_map")).lines().count());
        stage.berth.must("rm", "-f", id);
    }

    @Test
    void rootHasElevenCapabilitiesAndCanPassNoneOn() throws Exception {
        assertEquals(
                List.of("CapInh: " + NONE, "CapPrm: " + KEPT, "CapEff: " + KEPT, "CapBnd: " + KEPT, "CapAmb: " + NONE),
                capabilities());
    }

    @Test
    void anotherUserHasNoCapability() throws Exception {
        assertEquals(
                List.of("CapInh: " + NONE, "CapPrm: " + NONE, "CapEff: " + NONE, "CapBnd: " + KEPT, "CapAmb: " + NONE),
                capabilities("-u", "guest"));
    }

    private List<String> capabilities(String... options) throws Exception {
        return status("Cap", options);
    }

    private List<String> status(String begin, String... options) throws Exception {
        String[] command = new String[options.length + 6];
        command[0] = "run";
        command[1] = "--rm";
        System.arraycopy(options, 0, command, 2, options.length);
        command[options.length + 2] = stage.image;
        command[options.length + 3] = "grep";
        command[options.length + 4] = "^" + begin;
        command[options.length + 5] = "/proc/self/status";
        return stage.berth.must(command).replace("\t", " ").lines().toList();
    }

    @Test
    void systemCallsAreFiltered() throws Exception {
        assertTrue(status("Seccomp:").contains("Seccomp: 2"));
    }

    @Test
    void whatTheKernelTellsOfTheHostIsMasked() throws Exception {
        String said = stage.shell(
                "for p in " + String.join(" ", MASKED) + "; do"
                        + " if [ -d $p ]; then [ -z \"$(ls -A $p)\" ] || echo $p is not empty; touch $p/x 2>/dev/null && echo $p is writable;"
                        + " elif [ -e $p ]; then [ -c $p ] && [ -z \"$(cat $p)\" ] || echo $p is readable; fi; done; echo done");
        assertEquals("done", said);
    }

    @Test
    void whatSteersTheKernelIsReadOnly() throws Exception {
        List<String> mounts = stage.shell("cat /proc/self/mountinfo").lines().toList();
        for (String path : READ_ONLY) {
            boolean readOnly = mounts.stream()
                    .map(line -> line.split(" "))
                    .anyMatch(fields -> fields[4].equals(path)
                            && Arrays.asList(fields[5].split(",")).contains("ro"));
            assertTrue(readOnly || !Files.exists(Path.of(path)), path + " is not read-only: " + mounts);
        }
        assertEquals("no", stage.shell("echo 1 2>/dev/null >/proc/sys/kernel/panic && echo yes || echo no"));
    }

    @Test
    void theContainerIsMountedOfItsOwnFileSystemsOnly() throws Exception {
        Set<String> targets = new TreeSet<>();
        for (String line : stage.shell("cat /proc/self/mountinfo").lines().toList()) {
            targets.add(line.split(" ")[4]);
            assertFalse(line.contains(System.getProperty("user.home") + "/."), line);
        }
        assertTrue(
                targets.containsAll(List.of("/", "/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys")),
                targets.toString());
        targets.removeIf(target -> target.startsWith("/proc/")
                || target.startsWith("/sys/")
                || target.startsWith("/dev/")
                || List.of("/", "/proc", "/dev", "/sys", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf")
                        .contains(target));
        assertEquals(Set.of(), targets);
    }

    @Test
    void theDevicesAreTheHarmlessOnes() throws Exception {
        assertEquals(
                "core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero",
                stage.shell("echo $(ls /dev)"));
        assertEquals("1:3", stage.shell("stat -c %t:%T /dev/null"));
        assertEquals("0", stage.shell("head -c 5 /dev/zero | tr -d '\\0' | wc -c"));
        assertEquals("65536", stage.shell("df -k /dev/shm | tail -n 1 | awk '{print $2}'"));
    }

    @Test
    void everyNamespaceIsItsOwn() throws Exception {
        List<String> kinds = List.of("cgroup", "ipc", "mnt", "net", "pid", "user", "uts");
        List<String> inside = stage.shell(
                        "for n in " + String.join(" ", kinds) + "; do readlink /proc/self/ns/$n; done")
                .lines()
                .toList();
        for (int i = 0; i < kinds.size(); i++) {
            String host = Files.readSymbolicLink(Path.of("/proc/self/ns/" + kinds.get(i)))
                    .toString();
            assertNotEquals(host, inside.get(i));
        }
    }

    @Test
    void theEnvironmentIsTheImagesAndTheUsersOnly() throws Exception {
        List<String> names = stage.berth
                .must("run", "--rm", "-e", "A=1 2", stage.image, "env")
                .lines()
                .map(line -> line.replaceFirst("^HOSTNAME=[0-9a-f]{12}$", "HOSTNAME=id"))
                .sorted()
                .toList();
        assertEquals(
                List.of(
                        "A=1 2",
                        "HOME=/root",
                        "HOSTNAME=id",
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                names);
    }

    @Test
    void usersAreAddedAndSwitchedTo() throws Exception {
        // Debian's busybox has no adduser: this is what a simple one does.
        String add = "echo bob:x:1001:1001::/home/bob:/bin/sh >>/etc/passwd; echo bob:x:1001: >>/etc/group;"
                + " echo 'bob:*:19000:0:99999:7:::' >>/etc/shadow; mkdir /home/bob; chown bob:bob /home/bob; chmod 700 /home/bob;";
        assertEquals("uid=1001(bob) gid=1001(bob) groups=1001(bob)", stage.shell(add + "su bob -c id"));
        assertEquals("bob", stage.shell(add + "su - bob -c 'echo x >f && stat -c %U f'"));
        assertEquals("no", stage.shell(add + "su bob -c 'touch /root/x' 2>/dev/null && echo yes || echo no"));
    }

    /** It locks files, looks for the kernel's audit and gives things away: more than a shell's echo does. */
    @Test
    void aDistributionsOwnUseraddDoesItToo() throws Exception {
        Path useradd = Path.of("/usr/sbin/useradd");
        Need.that(Files.isExecutable(useradd), "this test needs " + useradd + " (package passwd)");
        TarBuilder layer = new TarBuilder().file("bin/useradd", Files.readAllBytes(useradd), m -> m.mode(0755));
        for (Path library : librariesOf(useradd)) {
            layer.file(library.toString().substring(1), Files.readAllBytes(library), m -> m.mode(0755));
        }
        String image = stage.push("useradd:1", made -> made.layer(layer));
        String script = "useradd -m -U -G staff -s /bin/sh bob && stat -c '%U %a' /home/bob && su - bob -c 'id; pwd'";
        assertEquals(
                "bob 755\nuid=1001(bob) gid=1001(bob) groups=50(staff),1001(bob)\n/home/bob",
                stage.berth.must("run", "--rm", image, "sh", "-c", script));
    }

    /** Its loader is one of them. */
    private static List<Path> librariesOf(Path program) throws Exception {
        Need.program("ldd");
        Process ldd = new ProcessBuilder("ldd", program.toString()).start();
        String said = new String(ldd.getInputStream().readAllBytes());
        assertEquals(0, ldd.waitFor(), said);
        return Pattern.compile("(/\\S+) \\(")
                .matcher(said)
                .results()
                .map(found -> Path.of(found.group(1)))
                .toList();
    }

    @Test
    void groupsOfTheImageAreTheUsersGroups() throws Exception {
        assertEquals(
                "uid=1000(guest) gid=1000(guest) groups=50(staff),1000(guest)",
                stage.berth.must("run", "--rm", "-u", "guest", stage.image, "id"));
    }

    @Test
    void noDescriptorIsLeaked() throws Exception {
        // The fourth is ls' own, of the directory.
        assertEquals("0 1 2 3", stage.shell("echo $(ls /proc/self/fd)"));
        // Those of PID 1 cannot be followed at all, or lead to nothing of the host's.
        assertEquals(
                "",
                stage.shell(
                        "for f in /proc/1/fd/*; do t=$(readlink $f);"
                                + " case $t in ''|pipe:*|socket:*|anon_inode:*|/dev/null|/memfd:*) ;; *) echo \"$f $t\" ;; esac; done"));
    }

    @Test
    void orphansThatEndAreReaped() throws Exception {
        assertEquals(
                "0",
                stage.shell("for i in 1 2 3 4 5 6 7 8; do (sh -c 'true' &); done;"
                        + " for t in 1 2 3 4 5 6 7 8 9; do z=$(grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l);"
                        + " [ $z = 0 ] && break; sleep 0.2; done; echo $z"));
    }

    @Test
    void theProgramOfPidOneCannotBeChanged() throws Exception {
        String image = stage.push(
                "probe:1", made -> made.layer(new TarBuilder().file("probe", probe(), member -> member.mode(0755))));
        String said = stage.berth.must("run", "--rm", image, "/probe");
        assertEquals("open refused\nchmod refused\nsetxattr refused", said);
    }

    /** Tries what CVE-2019-5736 tried; a static program, since the image has no other libraries. */
    private byte[] probe() {
        try {
            Need.program("gcc");
            Path source = Files.writeString(temp.resolve("probe.c"), """
                    #include <fcntl.h>
                    #include <stdio.h>
                    #include <sys/stat.h>
                    #include <sys/xattr.h>
                    static void say(const char *what, int result) { printf("%s %s\\n", what, result < 0 ? "refused" : "DONE"); }
                    int main(void)
                    {
                        say("open", open("/proc/1/exe", O_WRONLY));
                        say("chmod", chmod("/proc/1/exe", 04777));
                        say("setxattr", setxattr("/proc/1/exe", "user.x", "y", 1, 0));
                        return 0;
                    }
                    """);
            Path program = temp.resolve("probe");
            Process gcc = new ProcessBuilder("gcc", "-static", "-o", program.toString(), source.toString())
                    .inheritIO()
                    .start();
            assertEquals(0, gcc.waitFor());
            return Files.readAllBytes(program);
        } catch (java.io.IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void aContainerDoesNotSeeAnother() throws Exception {
        String first = stage.berth.must(
                "run",
                "-d",
                "--name",
                "first",
                stage.image,
                "sh",
                "-c",
                "echo x >/dev/shm/secret; exec nc -lk -p 8000 -e cat");
        assertEquals("1", stage.shell("ls /proc | grep -c '^1$'"));
        assertEquals("no", stage.shell("grep -l nc /proc/[0-9]*/comm >/dev/null 2>&1 && echo yes || echo no"));
        assertEquals("no", stage.shell("test -e /dev/shm/secret && echo yes || echo no"));
        assertEquals("no", stage.shell("nc -w 2 127.0.0.1 8000 </dev/null && echo yes || echo no"));
        assertNotEquals("first", stage.shell("hostname"));
        stage.berth.must("rm", "-f", first);
    }

    @Test
    void theContainerKnowsItsOwnName() throws Exception {
        String script = """
                hostname
                awk '$2 == "localhost" { print $1; exit }' /etc/hosts
                own=$(awk '$2 == "here" { print $1 }' /etc/hosts)
                ip -4 addr show tap0 | grep -c "inet $own/24"
                """;
        assertEquals(
                "here\n127.0.0.1\n1",
                stage.berth.must("run", "--rm", "--hostname", "here", stage.image, "sh", "-c", script));
    }
}
