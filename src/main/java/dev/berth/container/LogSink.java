package dev.berth.container;

import java.util.function.Consumer;

/** Who reads the lines of a log. Called from one thread. */
public interface LogSink {
    /** Told first: so many lines stand before the first one that was asked for. */
    void earlier(long lines);

    /** The next line, or a gap. */
    void line(LogLine line);

    /** All that is there was told: more is waited for, or it is over. */
    void pause();

    /** For those who do not ask what stands before. */
    static LogSink of(Consumer<LogLine> line, Runnable pause) {
        return new LogSink() {
            @Override
            public void earlier(long lines) {
                // not asked for
            }

            @Override
            public void line(LogLine each) {
                line.accept(each);
            }

            @Override
            public void pause() {
                pause.run();
            }
        };
    }
}
