package dev.berth.launcher;

import java.util.List;
import java.util.Locale;

/**
 * A signal by its number.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/signal.7.html">signal(7)</a>
 */
public record Signal(int number) {
    public static final Signal KILL = new Signal(9);
    public static final Signal TERM = new Signal(15);

    private static final int LAST = 64;
    private static final int FIRST_REAL_TIME = 34;

    /** In the order of the numbers that x86-64 and aarch64 share; the first is 1. */
    private static final List<String> NAMES = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");

    public Signal {
        if (number < 1 || number > LAST) {
            throw unknown(Integer.toString(number));
        }
    }

    /**
     * {@code SIGTERM}, {@code term}, {@code 15}, {@code RTMIN+3}, {@code SIGRTMAX-1}.
     *
     * @throws BadLaunch when there is no such signal
     */
    public static Signal parse(String text) {
        String upper = text.strip().toUpperCase(Locale.ROOT);
        String name = upper.startsWith("SIG") ? upper.substring("SIG".length()) : upper;
        if (NAMES.contains(name)) {
            return new Signal(NAMES.indexOf(name) + 1);
        }
        if (name.equals("POLL") || name.equals("IOT") || name.equals("CLD")) {
            return parse(name.equals("POLL") ? "IO" : name.equals("IOT") ? "ABRT" : "CHLD");
        }
        try {
            if (name.startsWith("RTMIN")) {
                return realTime(text, FIRST_REAL_TIME, name.substring("RTMIN".length()));
            }
            if (name.startsWith("RTMAX")) {
                return realTime(text, LAST, name.substring("RTMAX".length()));
            }
            return new Signal(Integer.parseInt(upper));
        } catch (NumberFormatException e) {
            throw unknown(text);
        }
    }

    private static Signal realTime(String text, int from, String offset) {
        int number = from + (offset.isEmpty() ? 0 : Integer.parseInt(offset));
        if (number < FIRST_REAL_TIME) {
            throw unknown(text);
        }
        return new Signal(number);
    }

    private static BadLaunch unknown(String text) {
        return new BadLaunch(
                "signal",
                "there is no signal '%s'; write a name such as SIGTERM or a number from 1 to 64".formatted(text));
    }

    /** {@code SIGTERM}; {@code SIGRTMIN+n} for the real-time ones. */
    @Override
    public String toString() {
        if (number <= NAMES.size()) {
            return "SIG" + NAMES.get(number - 1);
        }
        return number >= FIRST_REAL_TIME ? "SIGRTMIN+" + (number - FIRST_REAL_TIME) : Integer.toString(number);
    }
}
