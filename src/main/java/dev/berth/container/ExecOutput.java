package dev.berth.container;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/** Keeps what a program writes, up to a limit for each stream. */
final class ExecOutput implements AttachListener {
    private static final long LOOK_MILLIS = 500;

    private final int limit;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private boolean truncated;
    private Integer exitCode;
    private RuntimeException failure;

    ExecOutput(int limit) {
        this.limit = limit;
    }

    /** Waits for the end. */
    synchronized ExecResult await(BooleanSupplier gone) throws InterruptedException {
        while (exitCode == null && failure == null) {
            if (gone.getAsBoolean()) {
                throw new InterruptedException("the one who asked has left");
            }
            wait(LOOK_MILLIS);
        }
        if (failure != null) {
            throw failure;
        }
        return new ExecResult(
                exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), truncated);
    }

    private synchronized void add(ByteArrayOutputStream to, byte[] bytes) {
        int room = Math.min(bytes.length, limit - to.size());
        to.write(bytes, 0, room);
        truncated |= room < bytes.length;
    }

    @Override
    public void stdout(byte[] bytes) {
        add(out, bytes);
    }

    @Override
    public void stderr(byte[] bytes) {
        add(err, bytes);
    }

    @Override
    public void replayBegins(long offset, TerminalSize size) {
        return;
    }

    @Override
    public void replayEnds(long offset) {
        return;
    }

    @Override
    public void resized(TerminalSize size) {
        return;
    }

    @Override
    public synchronized void exited(int code) {
        exitCode = code;
        notifyAll();
    }

    @Override
    public synchronized void skipped(long bytes) {
        truncated = true;
    }

    @Override
    public synchronized void failed(RuntimeException reason) {
        failure = reason;
        notifyAll();
    }
}
