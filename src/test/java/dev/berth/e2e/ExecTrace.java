package dev.berth.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every program that a process and its descendants started, as {@code strace -f -e trace=execve,execveat -o} wrote it down. An attempt
 * whose end the trace does not tell counts as started.
 */
final class ExecTrace {
    /** Of the page on the architecture: all that runs in production. */
    /** With jspawnhelper, by which the JDK itself starts a program. */
    private static final Set<String> KNOWN = Set.of(
            "java", "jspawnhelper", "berth-init", "slirp4netns", "newuidmap", "newgidmap", "getsubids", "systemd-run");

    private static final Pattern CALL =
            Pattern.compile("^(\\d+) +execve(?:at)?\\([^\"]*\"([^\"]*)\"(?:\\.\\.\\.)?, \\[(?:\"([^\"]*)\")?(.*)$");
    private static final Pattern RESUMED =
            Pattern.compile("^(\\d+) +<\\.\\.\\. execve(?:at)? resumed>.* = (-?\\d+).*$");
    private static final Pattern SEALED = Pattern.compile("/proc/self/fd/\\d+");

    /** @param name what it calls itself: argv[0] */
    record Program(String path, String name) {}

    private final List<Program> programs = new ArrayList<>();

    private ExecTrace() {}

    static List<String> strace(Path output) {
        return List.of(
                "strace",
                "-f",
                "-qq",
                "-s",
                "300",
                "-e",
                "trace=execve,execveat",
                "-e",
                "signal=none",
                "-o",
                output.toString());
    }

    static ExecTrace read(Path trace) throws IOException {
        return parse(Files.readString(trace, StandardCharsets.ISO_8859_1));
    }

    static ExecTrace parse(String text) {
        ExecTrace result = new ExecTrace();
        Map<String, Program> open = new HashMap<>();
        for (String line : text.lines().toList()) {
            Matcher call = CALL.matcher(line);
            Matcher resumed = RESUMED.matcher(line);
            if (call.matches()) {
                Program program = new Program(call.group(2), call.group(3) == null ? "" : call.group(3));
                if (call.group(4).endsWith("<unfinished ...>")) {
                    open.put(call.group(1), program);
                } else if (!call.group(4).matches(".* = -1 .*")) {
                    result.programs.add(program);
                }
            } else if (resumed.matches()) {
                Program program = open.remove(resumed.group(1));
                if (program != null && resumed.group(2).equals("0")) {
                    result.programs.add(program);
                }
            } else if (line.contains("exec") && !line.contains("+++") && !line.contains("resumed> <unfinished")) {
                throw new IllegalArgumentException("not understood: " + line);
            }
        }
        result.programs.addAll(open.values());
        return result;
    }

    /** Only what was started from the first program of this name on. */
    ExecTrace from(String name) {
        ExecTrace result = new ExecTrace();
        boolean begun = false;
        for (Program program : programs) {
            begun |= fileName(program).equals(name);
            if (begun) {
                result.programs.add(program);
            }
        }
        return result;
    }

    /** File names; the sealed copy of berth-init has its own. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        programs.forEach(program -> names.add(fileName(program)));
        return names;
    }

    /**
     * What was started and is not known.
     *
     * @param ofContainers a directory that only the containers have: what is started from there is theirs
     */
    Set<String> strangers(String ofContainers) {
        Set<String> strangers = new TreeSet<>();
        for (Program program : programs) {
            if (!KNOWN.contains(fileName(program)) && !program.path().startsWith(ofContainers)) {
                strangers.add(program.path());
            }
        }
        return strangers;
    }

    private static String fileName(Program program) {
        return SEALED.matcher(program.path()).matches()
                ? program.name()
                : program.path().substring(program.path().lastIndexOf('/') + 1);
    }
}
