package dev.berth.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * {@code ps --filter}: filters of one name are alternatives, different names must all hold; every label must. A name is a regular
 * expression, as docker's is.
 */
record ContainerFilter(Map<String, List<String>> wanted) {
    private static final Map<String, String> NAMES = Map.of(
            "id",
            "id",
            "name",
            "name",
            "state",
            "state",
            "status",
            "state",
            "image",
            "image",
            "ancestor",
            "image",
            "label",
            "label");

    static ContainerFilter parse(List<String> filters) {
        Map<String, List<String>> wanted = new LinkedHashMap<>();
        for (String filter : filters) {
            int equals = filter.indexOf('=');
            String name = equals < 0 ? null : NAMES.get(filter.substring(0, equals));
            if (name == null) {
                throw new CliException("cannot filter by '" + filter
                        + "': write NAME=VALUE with id, name, state, image or label as the name");
            }
            wanted.computeIfAbsent(name, key -> new ArrayList<>()).add(filter.substring(equals + 1));
        }
        wanted.getOrDefault("name", List.of()).forEach(ContainerFilter::expression);
        return new ContainerFilter(wanted);
    }

    private static Pattern expression(String name) {
        try {
            return Pattern.compile(name);
        } catch (PatternSyntaxException e) {
            throw new CliException("cannot filter by 'name=" + name + "': it is no regular expression ("
                    + e.getDescription().toLowerCase(Locale.ROOT) + "); a part of a name will do");
        }
    }

    /** Docker's names begin with a slash, too, and scripts ask for {@code ^/web$}. */
    private static boolean named(Pattern wanted, String name) {
        return wanted.matcher(name).find() || wanted.matcher("/" + name).find();
    }

    boolean asksForState() {
        return wanted.containsKey("state");
    }

    boolean matches(Json container) {
        return wanted.entrySet().stream()
                .allMatch(e -> e.getKey().equals("label")
                        ? e.getValue().stream().allMatch(value -> matches(container, "label", value))
                        : e.getValue().stream().anyMatch(value -> matches(container, e.getKey(), value)));
    }

    private static boolean matches(Json container, String name, String value) {
        String own = container.get(name).text();
        return switch (name) {
            case "id" -> own.startsWith(value);
            case "name" -> named(expression(value), own);
            case "state" -> own.equals(value);
            case "image" ->
                own.equals(value)
                        || Images.familiar(own).equals(value)
                        || Images.familiar(own).equals(value + ":latest")
                        || container
                                .get("imageId")
                                .text()
                                .replace("sha256:", "")
                                .startsWith(value);
            default -> {
                int equals = value.indexOf('=');
                Object label = container
                        .get("config")
                        .get("labels")
                        .map()
                        .get(equals < 0 ? value : value.substring(0, equals));
                yield label != null && (equals < 0 || label.equals(value.substring(equals + 1)));
            }
        };
    }
}
