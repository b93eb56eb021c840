package dev.berth.launcher;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The environment of a program: the image's, over it the user's, and what every program expects. Nothing of the
 * service's own.
 */
record Environment(Map<String, String> variables) {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /**
     * @param image {@code NAME=value}, as an image's configuration writes it
     * @param home of the image's /etc/passwd
     * @param tty whether the program has a terminal, which then is an xterm unless somebody says otherwise
     * @throws BadLaunch when a variable cannot be handed to a program
     */
    static Environment of(List<String> image, Map<String, String> user, String home, String hostname, boolean tty) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", PATH);
        variables.put("HOSTNAME", hostname);
        if (tty) {
            variables.put("TERM", "xterm");
        }
        for (String variable : image) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                variables.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        user.forEach((name, value) -> {
            check(name, value);
            variables.put(name, value);
        });
        // The user's are checked: what is left is the image's.
        variables.forEach((name, value) ->
                checkOfImage(name + value, "the environment variable %s of the image".formatted(shown(name))));
        if (!variables.containsKey("HOME")) {
            checkOfImage(home, "the user's home directory in /etc/passwd of the image");
            variables.put("HOME", home);
        }
        return new Environment(variables);
    }

    private static void check(String name, String value) {
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0 || value.indexOf('\0') >= 0) {
            throw new BadLaunch(
                    "env",
                    "'%s' is not the name of an environment variable: it must not be empty nor contain '=' or NUL"
                            .formatted(shown(name)));
        }
    }

    private static void checkOfImage(String text, String what) {
        if (text.indexOf('\0') >= 0) {
            throw new BadLaunch("image", what + " contains NUL, which no program can be given");
        }
    }

    private static String shown(String name) {
        String plain = name.replaceAll("\\p{Cntrl}", "?");
        return plain.length() <= 100 ? plain : plain.substring(0, 97) + "...";
    }

    /** {@code NAME=value}, in order. */
    List<String> lines() {
        return variables.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .toList();
    }
}
