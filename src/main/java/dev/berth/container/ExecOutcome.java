package dev.berth.container;

import java.io.Closeable;
import java.io.Reader;
import java.nio.file.Path;

/** How a program ended that was run to its end, and what it said. Closing it gives the room back. Not thread-safe. */
public final class ExecOutcome implements Closeable {
    private final ExecOutput stdout;
    private final ExecOutput stderr;
    private int exitCode;

    ExecOutcome(Path directory) {
        stdout = new ExecOutput(directory);
        stderr = new ExecOutput(directory);
    }

    void add(byte[] bytes, boolean toStderr) {
        (toStderr ? stderr : stdout).add(bytes);
    }

    void exited(int code) {
        exitCode = code;
    }

    public int exitCode() {
        return exitCode;
    }

    /** Read as UTF-8, up to 16 MiB of it. */
    public Reader stdout() {
        return stdout.text();
    }

    /** As {@link #stdout}. */
    public Reader stderr() {
        return stderr.text();
    }

    /** More than 16 MiB were written to one of the streams. */
    public boolean truncated() {
        return stdout.truncated() || stderr.truncated();
    }

    @Override
    public void close() {
        try (stdout) {
            stderr.close();
        }
    }
}
