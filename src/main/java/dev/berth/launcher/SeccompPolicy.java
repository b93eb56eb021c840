package dev.berth.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The rules on system calls, read from a text of one rule a line; what no rule names answers ENOSYS. */
record SeccompPolicy(List<SeccompRule> rules) {
    private static final String RESOURCE = "seccomp.policy";

    SeccompPolicy {
        rules = List.copyOf(rules);
    }

    /** Berth's own policy. */
    static SeccompPolicy load() {
        try (InputStream in = SeccompPolicy.class.getResourceAsStream(RESOURCE)) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the seccomp policy in the jar", e);
        }
    }

    /** A line that begins with blanks goes on with the calls of the line before it; # begins a comment. */
    static SeccompPolicy parse(String text) {
        String joined = text.replaceAll("(?m)#.*$", "").replaceAll("\\n[ \\t]+", " ");
        return new SeccompPolicy(joined.lines()
                .filter(line -> !line.isBlank())
                .map(SeccompRule::parse)
                .toList());
    }

    /** The rules for a container with these capabilities. */
    List<SeccompRule> rulesFor(CapabilitySet capabilities) {
        return rules.stream().filter(rule -> rule.appliesTo(capabilities)).toList();
    }
}
