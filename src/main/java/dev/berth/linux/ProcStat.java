package dev.berth.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A line of {@code /proc/PID/stat}. A pid together with its start time names one process for ever (until the next boot).
 *
 * @param state as the kernel writes it: R S D Z T …
 * @param startTime in clock ticks since boot
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">proc_pid_stat(5)</a>
 */
public record ProcStat(int pid, String command, char state, int parent, long startTime) {
    private static final int START_TIME = 19;

    /** Of a process; empty when there is none. */
    public static Optional<ProcStat> read(Path proc, int pid) {
        try {
            byte[] line = Files.readAllBytes(proc.resolve(Integer.toString(pid)).resolve("stat"));
            return Optional.of(parse(new String(line, StandardCharsets.ISO_8859_1)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // A process that ends while its file is read: ESRCH.
            if (!Files.exists(proc.resolve(Integer.toString(pid)))
                    || String.valueOf(e.getMessage()).contains("No such process")) {
                return Optional.empty();
            }
            throw new UncheckedIOException(e);
        }
    }

    /** The command may hold blanks and parentheses: what counts is the last ")". */
    static ProcStat parse(String line) {
        int open = line.indexOf('(');
        int close = line.lastIndexOf(')');
        if (open < 0 || close < open) {
            throw new IllegalArgumentException("not a line of /proc/PID/stat: " + line);
        }
        String[] fields = line.substring(close + 2).trim().split(" ");
        return new ProcStat(
                Integer.parseInt(line.substring(0, open).trim()),
                line.substring(open + 1, close),
                fields[0].charAt(0),
                Integer.parseInt(fields[1]),
                Long.parseLong(fields[START_TIME]));
    }

    public boolean isZombie() {
        return state == 'Z' || state == 'X';
    }
}
