package dev.berth.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a service holds at a moment, read from /proc.
 *
 * @param descriptors open files, without the connections of its clients
 * @param connections of its clients, who keep some for their next call, and open another when one is not back in their pool yet
 * @param threads all of them
 * @param watchers those that belong to one container, session or client each
 * @param mounts in its mount namespace
 * @param residentKib its memory
 */
record ServiceFigures(int descriptors, int connections, int threads, int watchers, int mounts, long residentKib) {
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+([0-9]+) kB");
    private static final Pattern USED = Pattern.compile(" used ([0-9]+)K");
    /** Columns of /proc/net/tcp, and a state in it. */
    private static final int STATE = 3;

    private static final int INODE = 9;
    private static final String ESTABLISHED = "01";
    private static final Pattern OF_ONE = Pattern.compile("(monitor|input|attach|viewer) .*");

    static ServiceFigures of(long pid) throws IOException {
        Path process = Path.of("/proc/" + pid);
        Matcher resident = RESIDENT.matcher(text(process.resolve("status")));
        List<Path> threads = children(process.resolve("task"));
        int watchers = 0;
        for (Path thread : threads) {
            watchers += OF_ONE.matcher(text(thread.resolve("comm"))).lookingAt() ? 1 : 0;
        }
        List<Path> descriptors = children(process.resolve("fd"));
        Set<String> established = established(process);
        int connections = (int) descriptors.stream()
                .filter(descriptor -> established.contains(target(descriptor)))
                .count();
        return new ServiceFigures(
                descriptors.size() - connections,
                connections,
                threads.size(),
                watchers,
                (int) text(process.resolve("mountinfo")).lines().count(),
                resident.find() ? Long.parseLong(resident.group(1)) : 0);
    }

    /** What the descriptors are of, for the one who looks for a leak. */
    static List<String> open(long pid) throws IOException {
        return children(Path.of("/proc/" + pid + "/fd")).stream()
                .map(ServiceFigures::target)
                .sorted()
                .toList();
    }

    /** TCP connections of the process's network, as the links in /proc/PID/fd name them: proc(5). */
    private static Set<String> established(Path process) {
        return Stream.of("net/tcp", "net/tcp6")
                .flatMap(table -> text(process.resolve(table)).lines())
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields.length > INODE && ESTABLISHED.equals(fields[STATE]))
                .map(fields -> "socket:[" + fields[INODE] + "]")
                .collect(Collectors.toSet());
    }

    /** What a descriptor is of; empty when it was closed meanwhile. */
    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    /** The heap in use after a collection; empty where the JDK has no jcmd, or may not look in. */
    static Optional<Long> heapKib(long pid) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd) || command(jcmd, pid, "GC.run").isEmpty()) {
            return Optional.empty();
        }
        long used = 0;
        Matcher generation = USED.matcher(
                command(jcmd, pid, "GC.heap_info").orElse("").replaceAll("(?m)^ *Metaspace.*|^ *class space.*", ""));
        while (generation.find()) {
            used += Long.parseLong(generation.group(1));
        }
        return used == 0 ? Optional.empty() : Optional.of(used);
    }

    private static Optional<String> command(Path jcmd, long pid, String what) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), what)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0 ? Optional.of(said) : Optional.empty();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException ended) {
            return "";
        }
    }

    private static List<Path> children(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.toList();
        }
    }
}
