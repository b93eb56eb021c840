package dev.berth.container;

import java.util.regex.Pattern;

/** What a volume may be called: it becomes the name of a directory. */
final class VolumeName {
    private static final Pattern FORM = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}");

    private VolumeName() {}

    static boolean isOne(String name) {
        return FORM.matcher(name).matches();
    }

    /** Returns the name; null stays null. */
    static String check(String field, String name) {
        if (name != null && !isOne(name)) {
            throw new ContainerException.Invalid(
                    field,
                    "\"" + name + "\" is no name for a volume: a name has 1 to 128 of a-z A-Z 0-9 _ . - and begins"
                            + " with a letter or digit");
        }
        return name;
    }
}
