package dev.berth.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a service wrote into its log. */
final class ServiceLog {
    private static final Pattern BEGIN = Pattern.compile("\\d{4}-\\d\\d-\\d\\d \\d\\d:.*");
    /** Tells where a thread is that takes long: a failure, but on a machine that is slow altogether. */
    private static final String SLOW = "BlockedThreadChecker";

    private ServiceLog() {}

    static String of(Berth berth) throws IOException {
        return Files.readString(berth.runtimeDirectory().resolve("service.log"));
    }

    /** The lines of errors and of stack traces. */
    static List<String> failures(String log) {
        return failures(log, Await.isEmulated());
    }

    static List<String> failures(String log, boolean isEmulated) {
        List<String> failures = new ArrayList<>();
        boolean isSlowness = false;
        for (String line : log.lines().toList()) {
            if (BEGIN.matcher(line).matches()) {
                isSlowness = isEmulated && line.contains(SLOW);
            }
            if (!isSlowness && (line.contains("ERROR") || line.contains("\tat "))) {
                failures.add(line);
            }
        }
        return failures;
    }
}
