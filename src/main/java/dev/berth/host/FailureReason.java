package dev.berth.host;

import java.nio.file.Path;
import java.util.List;

/** The one sentence in a service's log that says why it did not start. */
final class FailureReason {
    private static final List<String> SPEAKERS = List.of("berth: ", "berth-init: ");

    private FailureReason() {}

    /** The last line in which Berth itself speaks, else the last line that is no stack trace, and where the rest is. */
    static String read(Path log) {
        String best = null;
        String any = null;
        for (String line : SystemFile.lines(log)) {
            for (String speaker : SPEAKERS) {
                if (line.startsWith(speaker)) {
                    best = line.substring(speaker.length()).strip();
                }
            }
            if (!line.isBlank() && !line.startsWith("\t") && !line.startsWith("Caused by:")) {
                any = line.strip();
            }
        }
        if (best != null) {
            return best;
        }
        return (any == null ? "it ended without a word" : any) + " (more in " + log + ")";
    }
}
