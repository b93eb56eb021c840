package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.rootfs.Need;
import dev.berth.rootfs.TarBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nothing but the programs of the architecture's page is started in production: strace tells. */
@Timeout(300)
class ProgramsIT {
    /** Where the test's image has its programs, and no host does: what is started from here is the container's. */
    private static final String OWN = "/berth-programs-test/";

    @TempDir
    Path temp;

    @Test
    void theRunningServiceStartsNoOtherPrograms() throws Exception {
        Need.program("strace");
        Path trace = temp.resolve("trace");
        try (Stage stage = new Stage()) {
            String image = image(stage);
            // Into the service at work: newuidmap, which it needs to start, has no power under a normal user's strace.
            List<String> command = new ArrayList<>(ExecTrace.strace(trace));
            command.addAll(List.of("-p", Long.toString(stage.berth.servicePid())));
            Process strace = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(temp.resolve("said").toFile())
                    .start();
            try {
                Path status = Path.of("/proc/" + stage.berth.servicePid() + "/status");
                Await.until(
                        "strace holds the service: " + Files.readString(temp.resolve("said")),
                        30,
                        () -> Files.readString(status).contains("TracerPid:\t" + strace.pid() + "\n"));
                work(stage.berth, image);
            } finally {
                strace.destroy();
                assertTrue(strace.waitFor(Await.seconds(30), TimeUnit.SECONDS), "strace did not end");
            }
        }
        ExecTrace programs = ExecTrace.read(trace);
        assertEquals(Set.of(), programs.strangers(OWN));
        assertEquals(Set.of("berth-init", "slirp4netns", "sleep", "true", "sh"), programs.names());
    }

    /** Only root's strace leaves newuidmap its power. Before the first Java it is the script, and its set-up. */
    @Test
    @Tag("root")
    void theServiceStartsNoOtherProgramsFromItsBeginningToItsEnd() throws Exception {
        Need.program("strace");
        Path trace = temp.resolve("trace");
        try (Stage stage = new Stage()) {
            String image = image(stage);
            stage.berth.stopService(false);
            Process service = stage.berth.startThrough(ExecTrace.strace(trace), "serve");
            try {
                stage.berth.awaitService();
                work(stage.berth, image);
            } finally {
                stage.berth.stopService(false);
                assertTrue(service.waitFor(Await.seconds(30), TimeUnit.SECONDS), "strace did not end");
            }
        }
        ExecTrace programs = ExecTrace.read(trace).from("java");
        assertEquals(Set.of(), programs.strangers(OWN));
        assertTrue(
                programs.names().containsAll(List.of("java", "berth-init", "newuidmap", "newgidmap", "slirp4netns")),
                programs.names().toString());
    }

    @Test
    void anotherProgramIsNoticed() throws Exception {
        Need.program("strace");
        Path trace = temp.resolve("trace");
        List<String> command = new ArrayList<>(ExecTrace.strace(trace));
        command.addAll(List.of("/bin/sh", "-c", "/bin/true; /bin/echo"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertTrue(process.waitFor(Await.seconds(30), TimeUnit.SECONDS));
        assertEquals(
                Set.of("/bin/sh", "/bin/true", "/bin/echo"),
                ExecTrace.read(trace).strangers(OWN));
    }

    @Test
    void aProgramWhoseStartIsToldInTwoLinesIsNoticed() {
        assertEquals(
                Set.of("/sbin/ip", "/bin/tar", "/bin/cp"), ExecTrace.parse("""
                7 execve("/sbin/ip", ["ip", "link"], 0x7ffc /* 9 vars */ <unfinished ...>
                8 execveat(AT_FDCWD, "/bin/tar", ["tar"], 0x7ffc /* 9 vars */, 0) = 0
                9 execve("/bin/mv", ["mv"], 0x7ffc /* 9 vars */) = -1 ENOENT (No such file or directory)
                7 <... execve resumed>) = 0
                9 execve("/bin/rm", ["rm"], 0x7ffc /* 9 vars */ <unfinished ...>
                9 <... execve resumed>) = -1 EACCES (Permission denied)
                9 execve("/bin/cp", ["cp"], 0x7ffc /* 9 vars */ <unfinished ...>
                9 execve("/proc/self/fd/9", ["berth-init", "monitor"], 0x7ffc /* 9 vars */) = 0
                8 execve("/berth-programs-test/ip", ["ip"], 0x7ffc /* 9 vars */) = 0
                """).strangers(OWN));
        assertThrows(IllegalArgumentException.class, () -> ExecTrace.parse("7 execve(0x77, [\"ip\"]) = 0"));
    }

    private static String image(Stage stage) throws Exception {
        assertFalse(Files.exists(Path.of(OWN)));
        byte[] busybox = Files.readAllBytes(Path.of("/bin/busybox"));
        String own = OWN.substring(1);
        return stage.push(
                "programs:1",
                made -> made.layer(new TarBuilder()
                        .directory(own)
                        .file(own + "sleep", busybox, m -> m.mode(0755))
                        .file(own + "true", busybox, m -> m.mode(0755))
                        .file(own + "sh", busybox, m -> m.mode(0755))));
    }

    private static void work(Berth berth, String image) throws Exception {
        berth.must("pull", image);
        berth.must("run", "-d", "--name", "traced", image, OWN + "sleep", "1000");
        berth.must("exec", "traced", OWN + "true");
        berth.must("logs", "traced");
        berth.must("inspect", "traced");
        berth.must("stop", "-t", "0", "traced");
        berth.must("start", "traced");
        berth.must("rm", "-f", "traced");
        assertEquals(
                7, berth.run("run", "--rm", image, OWN + "sh", "-c", "exit 7").exit());
        berth.must("rmi", image);
    }
}
