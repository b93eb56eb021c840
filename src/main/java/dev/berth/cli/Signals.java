package dev.berth.cli;

import java.util.List;
import java.util.function.Consumer;
import sun.misc.Signal;

/** Signals of this process. Those that the JVM keeps for itself (QUIT, USR2) stay as they are. */
final class Signals {
    /** What docker's {@code --sig-proxy} passes on, as far as the JVM lets go of it. */
    static final List<String> PROXIED = List.of("HUP", "INT", "TERM", "USR1", "ALRM", "CONT", "TSTP");

    private Signals() {}

    static void on(String name, Consumer<String> handler) {
        try {
            Signal.handle(new Signal(name), signal -> handler.accept(signal.getName()));
        } catch (IllegalArgumentException e) {
            return;
        }
    }
}
