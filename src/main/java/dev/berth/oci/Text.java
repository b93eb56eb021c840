package dev.berth.oci;

/** How strings of unknown origin are shown inside a sentence. */
final class Text {

    private static final int SHOWN = 100;

    private Text() {}

    /** In double quotes, shortened, without control characters: it may come from a hostile registry and land in a terminal. */
    static String quote(String text) {
        StringBuilder shown = new StringBuilder("\"");
        text.codePoints().limit(SHOWN).map(c -> printable(c) ? c : '?').forEach(shown::appendCodePoint);
        return shown.append(text.codePointCount(0, text.length()) > SHOWN ? "…\"" : "\"")
                .toString();
    }

    private static boolean printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR -> false;
            default -> true;
        };
    }
}
