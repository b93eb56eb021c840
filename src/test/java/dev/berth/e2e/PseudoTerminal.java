package dev.berth.e2e;

import com.sun.jna.Library;
import com.sun.jna.Native;
import dev.berth.linux.Syscalls;
import dev.berth.linux.TerminalSize;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A person at a terminal: a program whose controlling terminal is a real pseudo-terminal, with typing, reading and resizing. */
public final class PseudoTerminal implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final int READ_WRITE_NOT_CONTROLLING = 2 | 0400;

    private interface C extends Library {
        C LIBRARY = Native.load("c", C.class);

        int posix_openpt(int flags);

        int grantpt(int fd);

        int unlockpt(int fd);

        int ptsname_r(int fd, byte[] name, long length);

        long read(int fd, byte[] bytes, long count);

        long write(int fd, byte[] bytes, long count);

        int close(int fd);
    }

    private final int master;
    private final Process process;
    private final Thread reader;
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private boolean ended;

    /** Starts a program in a new session, of which this terminal is the controlling one. */
    public PseudoTerminal(TerminalSize size, Map<String, String> environment, List<String> command) throws IOException {
        master = C.LIBRARY.posix_openpt(READ_WRITE_NOT_CONTROLLING);
        byte[] name = new byte[64];
        if (master < 0
                || C.LIBRARY.grantpt(master) != 0
                || C.LIBRARY.unlockpt(master) != 0
                || C.LIBRARY.ptsname_r(master, name, name.length) != 0) {
            throw new IOException("cannot make a pseudo-terminal");
        }
        resize(size.columns(), size.rows());
        File other = new File(Native.toString(name));
        List<String> all = new ArrayList<>(List.of("setsid", "--ctty"));
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all)
                .redirectInput(other)
                .redirectOutput(other)
                .redirectError(other);
        builder.environment().putAll(environment);
        builder.environment().put("TERM", "xterm");
        process = builder.start();
        reader = new Thread(this::read, "pseudo-terminal");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        byte[] buffer = new byte[65536];
        long count;
        // Reading fails with EIO when the last holder of the other end has closed it.
        while ((count = C.LIBRARY.read(master, buffer, buffer.length)) > 0) {
            synchronized (screen) {
                screen.write(buffer, 0, (int) count);
                screen.notifyAll();
            }
        }
        synchronized (screen) {
            ended = true;
            screen.notifyAll();
        }
    }

    public void type(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int done = 0; done < bytes.length; ) {
            byte[] rest = Arrays.copyOfRange(bytes, done, bytes.length);
            long count = C.LIBRARY.write(master, rest, rest.length);
            if (count <= 0) {
                throw new IOException("cannot type into the terminal");
            }
            done += (int) count;
        }
    }

    public void resize(int columns, int rows) {
        Syscalls.linux().setWindowSize(master, new TerminalSize(columns, rows));
    }

    /** Everything that was written so far. */
    public String text() {
        synchronized (screen) {
            return screen.toString(StandardCharsets.UTF_8);
        }
    }

    /** Where the screen is now, for {@link #await(String, int)}. */
    public int mark() {
        return text().length();
    }

    /** Waits until the pattern is found anywhere on the screen. */
    public Matcher await(String pattern) throws InterruptedException {
        return await(pattern, 0);
    }

    /** Waits until the pattern is found behind the mark. */
    public Matcher await(String pattern, int mark) throws InterruptedException {
        Pattern compiled = Pattern.compile(pattern, Pattern.DOTALL);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Await.seconds(PATIENCE_SECONDS));
        synchronized (screen) {
            while (true) {
                String text = text();
                Matcher matcher = compiled.matcher(text.substring(Math.min(mark, text.length())));
                if (matcher.find()) {
                    return matcher;
                }
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (ended || left <= 0) {
                    throw new AssertionError("/" + pattern + "/ did not appear; the terminal shows:\n" + text);
                }
                screen.wait(left);
            }
        }
    }

    /** Types a line and waits for what follows from it. */
    public Matcher ask(String line, String pattern) throws IOException, InterruptedException {
        int mark = mark();
        type(line + "\r");
        return await(pattern, mark);
    }

    /** Waits for the program's end. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(Await.seconds(PATIENCE_SECONDS), TimeUnit.SECONDS)) {
            throw new AssertionError("the program did not end; the terminal shows:\n" + text());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(Await.seconds(5), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        reader.join(TimeUnit.SECONDS.toMillis(Await.seconds(5)));
        C.LIBRARY.close(master);
    }
}
