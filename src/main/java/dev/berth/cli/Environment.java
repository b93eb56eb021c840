package dev.berth.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Pairs of name and value from flags and files, by docker's rules: later ones win, flags over files. */
final class Environment {
    private Environment() {}

    static Map<String, String> of(List<String> flags, List<Path> files, Map<String, String> callers) {
        Map<String, String> result = new LinkedHashMap<>();
        for (Path file : files) {
            for (String line : read(file)) {
                String entry = line.stripLeading();
                if (!entry.isEmpty() && !entry.startsWith("#")) {
                    add(result, entry, callers, "a line of " + file);
                }
            }
        }
        flags.forEach(flag -> add(result, flag, callers, "--env"));
        return result;
    }

    /** A label without a value has the empty one. */
    static Map<String, String> labels(List<String> flags) {
        Map<String, String> result = new LinkedHashMap<>();
        for (String flag : flags) {
            int equals = flag.indexOf('=');
            result.put(equals < 0 ? flag : flag.substring(0, equals), equals < 0 ? "" : flag.substring(equals + 1));
        }
        return result;
    }

    private static void add(Map<String, String> result, String entry, Map<String, String> callers, String where) {
        int equals = entry.indexOf('=');
        String name = equals < 0 ? entry : entry.substring(0, equals);
        if (name.isEmpty() || name.contains(" ")) {
            throw new CliException("cannot use '" + entry + "' of " + where + ": write NAME=VALUE");
        }
        if (equals >= 0) {
            result.put(name, entry.substring(equals + 1));
        } else if (callers.containsKey(name)) {
            result.put(name, callers.get(name));
        }
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            throw new CliException("cannot read --env-file " + file + ": it does not exist");
        } catch (IOException e) {
            throw new CliException("cannot read --env-file " + file + ": " + e.getMessage());
        }
    }
}
