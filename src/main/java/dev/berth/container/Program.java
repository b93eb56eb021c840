package dev.berth.container;

import java.nio.file.Path;
import java.util.Optional;

/** What viewers need of a container or an exec session: its log, its sockets, and when it ends. */
interface Program {
    /** Where log and exit file are. */
    Path logDirectory();

    /** Where the monitor's socket is. */
    Path socketDirectory();

    /** Beats when there is more in the log, and when the state changes. */
    Pulse pulse();

    /** The run that a viewer who comes now waits the end of: the current one, or the next when none runs. */
    int runToWatch();

    /** Whether the current run has begun and not ended. */
    boolean isAlive();

    /** How a run ended; empty while it goes on or has not begun. */
    Optional<Integer> exitCode(int run);

    /** Whether it is gone for good. */
    boolean isRemoved();

    /** Whether its program waits for viewers that are behind (exec sessions). */
    boolean isPaced();
}
