package dev.berth.host;

import dev.berth.linux.At;
import dev.berth.linux.Errno;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Does once, inside U1, what every container needs, and says how each went. Run as a program of its own by {@code doctor}, or
 * called by the service, which is inside already.
 */
final class Probe {
    /** @param errno null when it worked */
    record Result(String step, String errno) {
        boolean worked() {
            return errno == null;
        }
    }

    private final Syscalls calls;
    private final Path dataDir;

    Probe(Syscalls calls, Path dataDir) {
        this.calls = calls;
        this.dataDir = dataDir;
    }

    /** Prints a line {@code step ok} or {@code step ERRNO} for each. The argument is the data directory. */
    public static void main(String[] arguments) {
        for (Result result : new Probe(Syscalls.linux(), Path.of(arguments[0])).run()) {
            System.out.println(result.step() + " " + (result.worked() ? "ok" : result.errno()));
        }
        System.exit(0);
    }

    static List<Result> parse(String output) {
        List<Result> results = new ArrayList<>();
        for (String line : output.split("\n")) {
            String[] fields = line.split(" ");
            if (fields.length == 2) {
                results.add(new Result(fields[0], fields[1].equals("ok") ? null : fields[1]));
            }
        }
        return results;
    }

    List<Result> run() {
        Path scratch;
        try {
            scratch = Files.createTempDirectory(dataDir, ".doctor");
        } catch (IOException e) {
            return List.of(new Result("scratch", Errno.EACCES.name()));
        }
        try {
            return List.of(
                    attempt("owners", () -> owners(scratch)),
                    attempt("whiteout", () -> whiteout(scratch)),
                    attempt("overlay", () -> overlay(scratch)),
                    attempt("tun", this::tun),
                    seccomp());
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

    private void overlay(Path scratch) {
        for (String name : List.of("lower", "upper", "work")) {
            calls.mkdirat(At.FDCWD, Syscalls.bytes(scratch.resolve(name)), 0700);
        }
        try (Fd context = new Fd(calls, calls.fsopen("overlay"))) {
            for (String name : List.of("lower", "upper", "work")) {
                calls.fsconfigString(context.number(), name + "dir", Syscalls.bytes(scratch.resolve(name)));
            }
            calls.fsconfigFlag(context.number(), "userxattr");
            calls.fsconfigCreate(context.number());
            new Fd(calls, calls.fsmount(context.number(), 0)).close();
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

    /** From inside U1, since overlay's own working directory has mode 000. */
    private static void remove(Path scratch) {
        try (var files = Files.walk(scratch)) {
            files.sorted(Comparator.reverseOrder()).forEach(Probe::delete);
        } catch (IOException | java.io.UncheckedIOException e) {
            return; // an empty folder at worst; the next start-up sweep reports it
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
