package dev.berth.rest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What docs/api.md promises, as facts that can be compared: for each call (such as {@code GET /images}) its parameters, and the fields of
 * its bodies and answers, each with its type.
 */
final class ApiPage {
    private static final Pattern HEADING = Pattern.compile("### (`?)(.+?)\\1");
    private static final Pattern CALL = Pattern.compile("(GET|POST|PUT|PATCH|DELETE) /\\S*");
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| ([^|]+) \\|.*");
    private static final Pattern LINK = Pattern.compile("\\[([^\\]]+)\\]\\([^)]*\\)");
    private static final String LATER = "## Not there yet";

    private final Map<String, List<String>> sections = new LinkedHashMap<>();
    private final TreeSet<String> later = new TreeSet<>();

    ApiPage(String markdown) {
        int end = markdown.indexOf(LATER);
        List<String> section = new ArrayList<>();
        for (String line :
                (end < 0 ? markdown : markdown.substring(0, end)).lines().toList()) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                section = new ArrayList<>();
                if (sections.put(heading.group(2), section) != null) {
                    throw new IllegalArgumentException("two sections are called " + heading.group(2));
                }
            } else {
                section.add(line);
            }
        }
        Matcher calls = CALL.matcher(end < 0 ? "" : markdown.substring(end).replace("`", " "));
        while (calls.find()) {
            later.add(calls.group().replaceAll("[,.]$", ""));
        }
    }

    /** Calls that are promised for a later version. */
    TreeSet<String> later() {
        return later;
    }

    Map<String, TreeSet<String>> calls() {
        Map<String, TreeSet<String>> calls = new TreeMap<>();
        sections.forEach((name, lines) -> {
            if (CALL.matcher(name).matches()) {
                calls.put(name, facts(lines));
            }
        });
        return calls;
    }

    private TreeSet<String> facts(List<String> lines) {
        TreeSet<String> facts = new TreeSet<>();
        String table = "";
        for (String line : lines) {
            Matcher row = ROW.matcher(line);
            if (line.startsWith("| query |") || line.startsWith("| header |")) {
                table = line.split(" ")[1];
            } else if (row.matches()) {
                facts.add(table + " " + row.group(1) + ": " + row.group(2).strip());
            } else if (line.startsWith("Body: ")) {
                type(line.substring("Body: ".length()), "body", facts);
            } else if (line.startsWith("Answer: ")) {
                String answer = line.substring("Answer: ".length());
                facts.add("answer " + answer.substring(0, 3));
                type(answer.substring(3).strip(), "answer " + answer.substring(0, 3), facts);
            }
        }
        return facts;
    }

    /** Adds the fields of a type such as {@code list of [Port](#port)}; one that has none adds itself. */
    private void type(String text, String prefix, TreeSet<String> facts) {
        Matcher link = LINK.matcher(text);
        if (!link.find()) {
            if (!text.isEmpty()) {
                facts.add(prefix + ": " + text);
            }
            return;
        }
        String inner = text.startsWith("list of ") ? prefix + "[]" : prefix;
        do {
            fields(link.group(1), inner, facts);
        } while (link.find());
        if (text.startsWith("text ")) {
            facts.add(prefix + ": text");
        }
    }

    private void fields(String object, String prefix, TreeSet<String> facts) {
        List<String> lines = sections.get(object);
        if (lines == null) {
            throw new IllegalArgumentException("no section describes " + object);
        }
        for (String line : lines) {
            Matcher row = ROW.matcher(line);
            if (line.startsWith("All of [")) {
                Matcher base = LINK.matcher(line);
                base.find();
                fields(base.group(1), prefix, facts);
            } else if (row.matches()) {
                type(row.group(2).strip(), prefix + "." + row.group(1), facts);
            }
        }
    }
}
