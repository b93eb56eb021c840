package dev.berth.container;

import dev.berth.launcher.LogEntry;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.function.Consumer;

/** Cuts the output of each stream into lines. A line without an end is told when it is flushed or becomes too long. */
final class LogLines {
    private static final int LONGEST = 16 * 1024;

    private final Consumer<LogLine> out;
    private final Partial stdout = new Partial("stdout");
    private final Partial stderr = new Partial("stderr");

    LogLines(Consumer<LogLine> out) {
        this.out = out;
    }

    private static final class Partial {
        private final String stream;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private Instant begun;

        Partial(String stream) {
            this.stream = stream;
        }
    }

    void add(LogEntry.Output output, int from) {
        Partial partial = output.stream() == LogEntry.Stream.STDERR ? stderr : stdout;
        byte[] bytes = output.bytes();
        for (int i = from; i < bytes.length; i++) {
            if (partial.bytes.size() == 0) {
                partial.begun = output.time();
            }
            partial.bytes.write(bytes[i]);
            if (bytes[i] == '\n' || partial.bytes.size() == LONGEST) {
                tell(partial);
            }
        }
    }

    void flush() {
        tell(stdout);
        tell(stderr);
    }

    private void tell(Partial partial) {
        if (partial.bytes.size() > 0) {
            out.accept(new LogLine(partial.begun, partial.stream, partial.bytes.toByteArray()));
            partial.bytes.reset();
        }
    }
}
