package dev.berth.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a test run may have left on the machine: processes of this user or of its subordinate ids, mounts, sockets and cgroups that were
 * not there when this was made. Zombies do not count: they belong to whoever does not reap them.
 */
public final class Leaks {
    private static final long PATIENCE_SECONDS = 10;
    private static final long PAUSE_MILLIS = 50;

    private static List<long[]> ids = List.of();

    private final List<Path> directories;
    private final Set<Long> processesBefore;
    private final Set<String> cgroupsBefore;

    /** @param directories the data and the runtime directory of the service under test */
    public Leaks(Path... directories) throws IOException {
        this.directories = List.of(directories);
        processesBefore = processes();
        cgroupsBefore = cgroups();
    }

    /** @return one sentence for each thing that is left; waits a little for what is just ending */
    public List<String> found() throws IOException, InterruptedException {
        return found(it -> false);
    }

    /** As {@link #found()}. @param expected what may be there */
    List<String> found(Predicate<String> expected) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Await.seconds(PATIENCE_SECONDS));
        List<String> found = look();
        found.removeIf(expected);
        while (!found.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(PAUSE_MILLIS);
            found = look();
            found.removeIf(expected);
        }
        return found;
    }

    /** As {@link #found}, at this moment. */
    List<String> look() throws IOException {
        List<String> found = new ArrayList<>();
        for (long pid : processes()) {
            if (!processesBefore.contains(pid)) {
                found.add("process " + pid + ": " + commandLine(pid));
            }
        }
        for (String cgroup : cgroups()) {
            if (!cgroupsBefore.contains(cgroup)) {
                found.add("cgroup " + cgroup);
            }
        }
        lines("/proc/self/mountinfo").filter(this::namesDirectory).forEach(line -> found.add("mount " + line));
        lines("/proc/net/unix").filter(this::namesDirectory).forEach(line -> found.add("socket " + line));
        for (Path directory : directories) {
            // Sockets are bound by way of a descriptor: their files tell, the kernel's list does not know the path. In
            // the runtime
            // directory "c" has what a container needs while it runs, "x" the sessions.
            for (String kind : List.of("containers", "c", "x")) {
                children(directory.resolve(kind)).forEach(path -> found.add("directory " + path));
            }
        }
        return found;
    }

    private boolean namesDirectory(String line) {
        return directories.stream().anyMatch(directory -> line.contains(directory.toString()));
    }

    /** Of this user and its subordinate ids, alive, and no child of this very process. */
    private static Set<Long> processes() throws IOException {
        Set<Long> own = new HashSet<>();
        ProcessHandle.current().descendants().forEach(child -> own.add(child.pid()));
        Set<Long> found = new TreeSet<>();
        for (Path directory : children(Path.of("/proc"))) {
            String name = directory.getFileName().toString();
            if (!name.matches("[0-9]+") || own.contains(Long.parseLong(name))) {
                continue;
            }
            try {
                if (isOurs(directory) && isAlive(directory)) {
                    found.add(Long.parseLong(name));
                }
            } catch (IOException ended) {
                continue;
            }
        }
        return found;
    }

    /** First and count of each range of ids. As root the service runs as the user berth, who is made by its first start. */
    private static synchronized List<long[]> ids() throws IOException {
        if (ids.isEmpty()) {
            long self = Integer.toUnsignedLong((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
            String user = self == 0 ? "berth" : System.getProperty("user.name");
            ids = Stream.concat(
                            fields("/etc/passwd", user).map(fields -> new long[] {Long.parseLong(fields[2]), 1}),
                            fields("/etc/subuid", user)
                                    .map(fields -> new long[] {Long.parseLong(fields[1]), Long.parseLong(fields[2])}))
                    .toList();
        }
        return ids;
    }

    private static Stream<String[]> fields(String file, String user) throws IOException {
        return lines(file).map(line -> line.split(":")).filter(fields -> fields[0].equals(user));
    }

    private static boolean isAlive(Path process) throws IOException {
        String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
        char state = stat.charAt(stat.lastIndexOf(')') + 2);
        return state != 'Z' && state != 'X';
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ');
        } catch (IOException ended) {
            return "(ended)";
        }
    }

    /** Whether a process (its directory in /proc) or a control group is this user's. */
    static boolean isOurs(Path file) {
        try {
            List<long[]> ids = ids();
            long uid = Integer.toUnsignedLong((Integer) Files.getAttribute(file, "unix:uid"));
            return ids.stream().anyMatch(range -> uid >= range[0] && uid < range[0] + range[1]);
        } catch (IOException gone) {
            return false;
        }
    }

    /** Those of this user's containers, in every tree: they are called by their ids. */
    static Set<String> cgroups() throws IOException {
        Set<String> found = new TreeSet<>();
        Files.walkFileTree(Path.of("/sys/fs/cgroup"), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                if (directory.getFileName().toString().matches("[0-9a-f]{64}") && isOurs(directory)) {
                    found.add(directory.toString());
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path gone, IOException e) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    private static Stream<String> lines(String file) throws IOException {
        return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1).lines();
    }

    private static List<Path> children(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.toList();
        }
    }
}
