package dev.berth.cli;

/** Whoever read our output has gone: the program ends as one that SIGPIPE ends, without a word. */
final class BrokenPipe extends RuntimeException {
    private static final long serialVersionUID = 1L;

    static final int EXIT_CODE = 141;

    BrokenPipe() {
        super("standard output is closed", null, false, false);
    }
}
