package dev.berth.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as docker's flags take them: a number and b, k, m or g, powers of 1024. */
final class Sizes {
    private static final Pattern FORM = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?)([bkmgt]?)(?:i?b)?");

    private Sizes() {}

    static long parse(String text) {
        Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            throw new CliException("'" + text + "' is no size: write a number and b, k, m or g, such as 256m");
        }
        String unit = form.group(2);
        int power = unit.isEmpty() ? 0 : "bkmgt".indexOf(unit);
        return (long) (Double.parseDouble(form.group(1)) * Math.pow(1024, power));
    }
}
