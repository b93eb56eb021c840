package dev.berth.linux;

/** The size of a terminal in characters; each 1 to 65535. */
public record TerminalSize(int columns, int rows) {
    /** What a terminal is before anybody has said its size. */
    public static final TerminalSize DEFAULT = new TerminalSize(80, 24);

    public TerminalSize {
        if (columns < 1 || columns > 0xffff || rows < 1 || rows > 0xffff) {
            throw new IllegalArgumentException(
                    "a terminal has 1 to 65535 columns and rows, not %d and %d".formatted(columns, rows));
        }
    }
}
