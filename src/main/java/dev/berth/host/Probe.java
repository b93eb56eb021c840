package dev.berth.host;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.IdMap;
import dev.berth.linux.LibraryMissing;
import dev.berth.linux.Mode;
import dev.berth.linux.Open;
import dev.berth.linux.SeccompLibrary;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Does once, inside U1, what every container needs, and starts one. Run as a program of its own by {@code doctor}, or called by
 * the service, which is inside already.
 */
public final class Probe {
    private static final String TAB = "\t";
    private static final String SCRATCH = ".doctor";
    /** A probe takes a second, and a minute where a start hangs. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /**
     * How a step went.
     *
     * @param errno null when it worked
     * @param place of a start that failed: where
     * @param sentence of a start that failed: what the user would be told
     */
    record Result(String step, String errno, String place, String sentence) {
        Result(String step, String errno) {
            this(step, errno, "", "");
        }

        boolean worked() {
            return errno == null;
        }

        String line() {
            return String.join(TAB, step, worked() ? "ok" : errno, place, sentence.replaceAll("\\s+", " ")) + "\n";
        }
    }

    private final Syscalls calls;
    private final Path dataDir;
    private final Trial trial;

    public Probe(Syscalls calls, Path dataDir, Trial trial) {
        this.calls = calls;
        this.dataDir = dataDir;
        this.trial = trial;
    }

    /** Does it all. @return a line for each step, for the program that reads it outside of U1 */
    public String report() {
        StringBuilder report = new StringBuilder();
        run().forEach(result -> report.append(result.line()));
        return report.toString();
    }

    /** Reads a {@link #report}; what else the JVM may have said is left out. */
    static List<Result> parse(String output) {
        List<Result> results = new ArrayList<>();
        for (String line : output.split("\n")) {
            String[] fields = line.split(TAB, -1);
            if (fields.length == 4) {
                results.add(new Result(fields[0], fields[1].equals("ok") ? null : fields[1], fields[2], fields[3]));
            }
        }
        return results;
    }

    List<Result> run() {
        removeLeftOvers();
        Path scratch = dataDir.resolve(SCRATCH + UUID.randomUUID());
        Result made = attempt("scratch", () -> calls.mkdirat(At.FDCWD, Syscalls.bytes(scratch), 0700));
        if (!made.worked()) {
            return List.of(made);
        }
        try {
            Result overlay =
                    attempt("overlay", () -> overlay(scratch, "overlay").close());
            List<Result> results = new ArrayList<>(List.of(
                    attempt("owners", () -> owners(scratch)),
                    attempt("whiteout", () -> whiteout(scratch)),
                    overlay,
                    attempt("tun", this::tun),
                    attempt("ping", () -> new Fd(calls, calls.pingSocket()).close()),
                    seccomp()));
            if (overlay.worked()) {
                results.add(start(scratch));
            }
            return results;
        } finally {
            remove(scratch);
        }
    }

    private static Result attempt(String step, Runnable action) {
        try {
            action.run();
            return new Result(step, null);
        } catch (SyscallException e) {
            return new Result(step, e.errno().name());
        } catch (LibraryMissing e) {
            return new Result(step, "missing");
        }
    }

    /** The first and the last id of every extent can own a file. */
    private void owners(Path scratch) {
        byte[] file = Syscalls.bytes(scratch.resolve("owned"));
        new Fd(calls, calls.openat(At.FDCWD, file, Open.WRONLY | Open.CREAT | Open.CLOEXEC, 0600)).close();
        for (IdMap.Extent extent : IdMap.read(Path.of("/proc/self/uid_map")).extents()) {
            calls.fchownat(At.FDCWD, file, (int) extent.inside(), -1, 0);
            calls.fchownat(At.FDCWD, file, (int) (extent.inside() + extent.count() - 1), -1, 0);
        }
        calls.fchownat(At.FDCWD, file, 0, 0, 0);
    }

    private void whiteout(Path scratch) {
        calls.mknodat(At.FDCWD, Syscalls.bytes(scratch.resolve("whiteout")), Mode.CHARACTER, Stat.device(0, 0));
    }

    /** Mounts an empty one from directories in a new folder. */
    private Fd overlay(Path scratch, String name) {
        Path folder = folder(scratch, name);
        List.of("lower", "upper", "work").forEach(directory -> folder(folder, directory));
        try (Fd context = new Fd(calls, calls.fsopen("overlay"))) {
            for (String directory : List.of("lower", "upper", "work")) {
                calls.fsconfigString(context.number(), directory + "dir", Syscalls.bytes(folder.resolve(directory)));
            }
            calls.fsconfigFlag(context.number(), "userxattr");
            calls.fsconfigCreate(context.number());
            return new Fd(calls, calls.fsmount(context.number(), 0));
        }
    }

    private Path folder(Path parent, String name) {
        Path folder = parent.resolve(name);
        calls.mkdirat(At.FDCWD, Syscalls.bytes(folder), 0755);
        return folder;
    }

    /** All at once, as a container has it: each step may be allowed alone and yet not inside the container's own namespaces. */
    private Result start(Path scratch) {
        try (Fd root = overlay(scratch, "root")) {
            Optional<Trial.Failure> failure = trial.start(root, folder(scratch, "container"));
            return failure.map(it -> new Result("start", it.errno(), it.place(), it.sentence()))
                    .orElseGet(() -> new Result("start", null));
        } catch (SyscallException e) {
            return new Result("start", e.errno().name(), "prepare", e.getMessage());
        }
    }

    private void tun() {
        byte[] tun = Syscalls.bytes("/dev/net/tun");
        new Fd(calls, calls.openat(At.FDCWD, tun, Open.RDWR | Open.CLOEXEC, 0)).close();
    }

    private Result seccomp() {
        return attempt(
                "seccomp", () -> SeccompLibrary.filter(SeccompLibrary.ALLOW).close());
    }

    /** Those of probes that were killed; a younger one may be of another that goes on. */
    private void removeLeftOvers() {
        Instant young = Instant.now().minus(LONGEST);
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(dataDir, SCRATCH + "*")) {
            for (Path folder : folders) {
                if (isOlder(folder, young)) {
                    remove(folder);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return; // what it matters for is said by the steps
        }
    }

    private static boolean isOlder(Path folder, Instant time) {
        try {
            return Files.getLastModifiedTime(folder).toInstant().isBefore(time);
        } catch (IOException e) {
            return false; // another probe has removed it meanwhile
        }
    }

    /** From inside U1, since overlay's own working directory has mode 000. */
    private static void remove(Path scratch) {
        try (var files = Files.walk(scratch)) {
            files.sorted(Comparator.reverseOrder()).forEach(Probe::delete);
        } catch (IOException | java.io.UncheckedIOException e) {
            return; // the next probe tries again
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            return;
        }
    }
}
