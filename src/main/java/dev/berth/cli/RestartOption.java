package dev.berth.cli;

import java.util.Map;

/** {@code no}, {@code on-failure[:TIMES]}, {@code always}, {@code unless-stopped}. */
final class RestartOption {
    private RestartOption() {}

    static Map<String, Object> parse(String text) {
        if (text.matches("no|on-failure|always|unless-stopped")) {
            return Map.of("policy", text, "maxRetries", 0);
        }
        if (text.matches("on-failure:\\d{1,9}")) {
            return Map.of("policy", "on-failure", "maxRetries", Integer.parseInt(text.substring(11)));
        }
        throw new CliException(
                "cannot use --restart " + text + ": it is no, on-failure[:TIMES], always or unless-stopped");
    }
}
