package dev.berth.container;

import dev.berth.launcher.LogReader;
import dev.berth.linux.TerminalSize;
import java.nio.file.Path;

/** A program that can be attached to: a container's, or an exec session's. What changes is asked anew each time. */
interface AttachTarget {
    /** Where the program is in its life. */
    enum Phase {
        /** Not started yet: a viewer waits. */
        BEFORE,
        RUNNING,
        ENDED
    }

    Phase phase();

    /** 128+n for signal n; asked only when it has {@link Phase#ENDED}. */
    int exitCode();

    /** Its log from a logical offset on. */
    LogReader log(long from);

    /** Its log from the place on with which at most the last bytes of output are read. */
    LogReader logTail(long bytes);

    /** Where its monitor listens. */
    Path runtimeDirectory();

    /** The size to start with, for a program that has not started. */
    void startSize(TerminalSize size);

    /** Waits until the phase may have changed, or a short while. */
    void awaitChange() throws InterruptedException;

    /** Its viewers: while there is one, the log's files must stay. */
    Audience audience();

    /** Somebody has come who reads. */
    default void attended() {}
}
