package dev.berth.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.linux.SubIds;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Brings {@link ContainerIT} into a user namespace of an ordinary user, as the service is. */
class LauncherTest {
    private static final String USER = "tester";
    private static final List<String> NEEDED = List.of("jna", "jackson", "junit", "opentest4j", "apiguardian");

    private Path folder;

    @AfterEach
    void removeFolder() throws IOException {
        if (folder != null) {
            try (Stream<Path> all = Files.walk(folder)) {
                all.sorted(java.util.Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        }
    }

    @Test
    void containersInAUserNamespace() throws Exception {
        run(ContainerIT.class, false);
    }

    @Test
    void containersOfAUserWithoutSubordinateIds() throws Exception {
        run(SingleIdIT.class, true);
    }

    private void run(Class<?> test, boolean single) throws Exception {
        Path init = Path.of("target/berth-init").toAbsolutePath();
        boolean inside = isRootOfItsOwnNamespace();
        boolean root = Syscalls.linux().getuid() == 0 && !inside;
        String user = root ? USER : System.getProperty("user.name");
        SubIds uids = SubIds.read(Path.of("/etc/subuid"), user, -1);
        boolean possible = Files.exists(init) && (inside || uids.size() > 0) && Files.exists(Path.of("/bin/busybox"));
        assumeTrue(
                possible || "1".equals(System.getenv("BERTH_MUST_WORK")),
                "needs berth-init, busybox-static and subordinate ids of the user " + user);
        folder = Files.createTempDirectory("berth-launcher");
        folder.toFile().setExecutable(true, false);
        folder.toFile().setReadable(true, false);
        Path copy = Files.copy(init, folder.resolve("berth-init"), StandardCopyOption.COPY_ATTRIBUTES);
        copy.toFile().setExecutable(true, false);
        List<String> command = new ArrayList<>();
        if (root) {
            command.addAll(List.of("runuser", "-u", USER, "--"));
        }
        if (single || !inside) {
            command.addAll(enter(copy, user, uids, single));
        }
        command.addAll(java(test));
        Process process = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(10, TimeUnit.SECONDS);
        assertEquals(0, process.exitValue(), said);
    }

    /** Where newuidmap cannot map anything more, and nothing has to be entered. */
    private static boolean isRootOfItsOwnNamespace() throws IOException {
        String first = Files.readString(Path.of("/proc/self/uid_map")).strip();
        return Syscalls.linux().getuid() == 0 && !first.split("\\s+")[1].equals("0");
    }

    private List<String> enter(Path init, String user, SubIds uids, boolean single) throws Exception {
        SubIds gids = SubIds.read(Path.of("/etc/subgid"), user, -1);
        List<String> command = new ArrayList<>(List.of(init.toString(), "enter"));
        if (single) {
            command.add("--single");
        } else {
            command.addAll(maps("--uid-map", id("-u", user), uids));
            command.addAll(maps("--gid-map", id("-g", user), gids));
        }
        command.add("--");
        return command;
    }

    private static List<String> maps(String option, String own, SubIds ids) {
        List<String> maps = new ArrayList<>(List.of(option, "0:" + own + ":1"));
        long next = 1;
        for (SubIds.Range range : ids.ranges()) {
            maps.addAll(List.of(option, next + ":" + range.first() + ":" + range.count()));
            next += range.count();
        }
        return maps;
    }

    private static String id(String option, String user) throws Exception {
        Process id = new ProcessBuilder("id", option, user).start();
        return new String(id.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    }

    /** A JVM with what the test needs, copied to where the other user may read it. */
    private List<String> java(Class<?> test) throws IOException {
        List<String> classpath = new ArrayList<>();
        String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String entry : own.split(":")) {
            Path path = Path.of(entry);
            boolean needed = NEEDED.stream().anyMatch(path.getFileName().toString()::startsWith);
            if (Files.isDirectory(path)) {
                classpath.add(copyTree(path).toString());
            } else if (needed) {
                classpath.add(
                        Files.copy(path, folder.resolve(path.getFileName())).toString());
            }
        }
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djna.tmpdir=/tmp",
                "-Dberth.init=" + folder.resolve("berth-init"),
                "-cp",
                String.join(":", classpath),
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--disable-banner",
                "--disable-ansi-colors",
                "--details=tree",
                "--select-class=" + test.getName());
    }

    private Path copyTree(Path from) throws IOException {
        Path to = folder.resolve(from.getFileName());
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.filter(LauncherTest::isOurs).toList()) {
                Path copy = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(copy);
                } else {
                    Files.createDirectories(copy.getParent());
                    Files.copy(path, copy);
                }
            }
        }
        return to;
    }

    private static boolean isOurs(Path path) {
        String text = path.toString();
        return Arrays.asList("/dev/berth/launcher", "/dev/berth/linux", "/dev/berth/network").stream()
                .anyMatch(text::contains);
    }
}
