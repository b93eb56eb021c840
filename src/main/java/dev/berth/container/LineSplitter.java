package dev.berth.container;

import dev.berth.launcher.LogEntry;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/** Puts the writes of a log together to lines, each stream for itself. */
final class LineSplitter {
    private static final int LONGEST = 64 * 1024;

    private record Begun(Instant time, ByteArrayOutputStream bytes) {}

    private final Map<LogEntry.Stream, Begun> begun = new EnumMap<>(LogEntry.Stream.class);
    private final Consumer<LogLine> sink;

    LineSplitter(Consumer<LogLine> sink) {
        this.sink = sink;
    }

    void add(LogEntry.Output output) {
        byte[] bytes = output.bytes();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                append(output, start, i + 1);
                emit(output.stream());
                start = i + 1;
            }
        }
        append(output, start, bytes.length);
    }

    /** What has no end of line yet counts as a line. */
    void flush() {
        for (LogEntry.Stream stream : LogEntry.Stream.values()) {
            emit(stream);
        }
    }

    /** Something is missing here: what has begun is ended, so that no line is made of two halves. */
    void cut() {
        begun.values().forEach(line -> line.bytes().write('\n'));
        flush();
    }

    private void append(LogEntry.Output output, int from, int to) {
        if (from == to) {
            return;
        }
        Begun line =
                begun.computeIfAbsent(output.stream(), stream -> new Begun(output.time(), new ByteArrayOutputStream()));
        line.bytes().write(output.bytes(), from, to - from);
        if (line.bytes().size() > LONGEST) {
            emit(output.stream());
        }
    }

    private void emit(LogEntry.Stream stream) {
        Begun line = begun.remove(stream);
        if (line != null) {
            sink.accept(
                    new LogLine(line.time(), LogLine.name(stream), line.bytes().toByteArray()));
        }
    }
}
