package dev.berth.container;

/** The size of a terminal in characters. */
public record TerminalSize(int columns, int rows) {
    public static final TerminalSize DEFAULT = new TerminalSize(80, 24);

    private static final int MAX = 65535;

    public TerminalSize {
        Checks.range("columns", columns, 1, MAX);
        Checks.range("rows", rows, 1, MAX);
    }
}
