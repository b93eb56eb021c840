package dev.berth.container;

import dev.berth.launcher.LogEntry;
import dev.berth.launcher.LogReader;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Reads a container's log, as the request wants it. */
final class Logs {
    private static final long LOOK_MILLIS = 1000;

    private final Container container;
    private final LogRequest request;

    Logs(Container container, LogRequest request) {
        this.container = container;
        this.request = request;
    }

    /**
     * Tells what there is, and follows until the run ends.
     *
     * @param lines hears lines; else {@code raw} hears the bytes as they came
     * @param caughtUp called whenever there is no more for the moment
     * @param gone whether the one who asked has left
     */
    void read(Optional<Consumer<LogLine>> lines, Consumer<byte[]> raw, Runnable caughtUp, BooleanSupplier gone)
            throws InterruptedException {
        LogLines cutter = new LogLines(lines.orElse(line -> {}));
        Skip skip = new Skip(request.tail().map(this::linesBefore).orElse(0L));
        int run = container.runToWatch();
        boolean live = container.isAlive();
        try (LogReader reader = LogReader.at(container.logDirectory(), 0)) {
            while (!gone.getAsBoolean()) {
                long seen = container.pulse().now();
                boolean ended =
                        !request.follow() || !live || container.exitCode(run).isPresent() || container.isRemoved();
                for (Optional<LogEntry> entry = reader.next();
                        entry.isPresent() && !gone.getAsBoolean();
                        entry = reader.next()) {
                    if (!(entry.get() instanceof LogEntry.Output output) || !isWanted(output)) {
                        continue;
                    }
                    int from = skip.pass(output.bytes());
                    if (lines.isPresent()) {
                        cutter.add(output, from);
                    } else if (from < output.bytes().length) {
                        raw.accept(
                                from == 0
                                        ? output.bytes()
                                        : java.util.Arrays.copyOfRange(output.bytes(), from, output.bytes().length));
                    }
                }
                if (ended) {
                    break;
                }
                caughtUp.run();
                container.pulse().await(seen, LOOK_MILLIS);
            }
        }
        cutter.flush();
        caughtUp.run();
    }

    private boolean isWanted(LogEntry.Output output) {
        String stream = output.stream() == LogEntry.Stream.STDERR ? "stderr" : "stdout";
        return request.stream().map(stream::equals).orElse(true)
                && request.since().map(since -> !output.time().isBefore(since)).orElse(true)
                && request.until().map(until -> !output.time().isAfter(until)).orElse(true);
    }

    /** How many line ends are to be passed over so that {@code tail} lines are left. */
    private long linesBefore(long tail) {
        long ends = 0;
        byte last = '\n';
        try (LogReader reader = LogReader.at(container.logDirectory(), 0)) {
            for (Optional<LogEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                if (entry.get() instanceof LogEntry.Output output && isWanted(output)) {
                    for (byte b : output.bytes()) {
                        ends += b == '\n' ? 1 : 0;
                        last = b;
                    }
                }
            }
        }
        long all = last == '\n' ? ends : ends + 1;
        return tail == 0 && last != '\n' ? Long.MAX_VALUE : Math.max(0, all - tail);
    }

    /** Passes over so many lines. */
    private static final class Skip {
        private long left;

        Skip(long lines) {
            left = lines;
        }

        /** Where in these bytes begins what is wanted. */
        int pass(byte[] bytes) {
            int at = 0;
            while (left > 0 && at < bytes.length) {
                if (bytes[at++] == '\n') {
                    left--;
                }
            }
            return at;
        }
    }
}
