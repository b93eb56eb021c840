package dev.berth.container;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The small checks that fields of a request share. Each refusal names the field. */
final class Checks {
    private Checks() {}

    /** A text that the kernel can take: not empty, no NUL. Null stays null. */
    static String text(String field, String value) {
        if (value == null) {
            return null;
        }
        if (value.isEmpty()) {
            throw new ContainerException.Invalid(field, field + " is empty: leave it out or give it a value");
        }
        return noNul(field, value);
    }

    static String noNul(String field, String value) {
        if (value == null) {
            throw new ContainerException.Invalid(field, field + " is null: give it a value");
        }
        if (value.indexOf('\0') >= 0) {
            throw new ContainerException.Invalid(
                    field, field + " holds a NUL character, which no program can be given");
        }
        return value;
    }

    /** A path from the root of the container. Null stays null. */
    static String absolute(String field, String value) {
        text(field, value);
        if (value != null && !value.startsWith("/")) {
            throw new ContainerException.Invalid(field, field + " \"" + value + "\" does not begin with /");
        }
        return value;
    }

    static String oneOf(String field, String value, List<String> words) {
        if (!words.contains(value)) {
            throw new ContainerException.Invalid(
                    field, field + " \"" + value + "\" is none of " + String.join(", ", words));
        }
        return value;
    }

    static int range(String field, int value, int low, int high) {
        if (value < low || value > high) {
            throw new ContainerException.Invalid(field, field + " " + value + " is not in " + low + " to " + high);
        }
        return value;
    }

    /**
     * Of what is kept in memory as long as its container: a request of the largest size holds hundreds of thousands of tiny
     * ones, each many times as large there. Asked of new requests only, not of records. Null is none.
     */
    static void few(String field, Collection<?> entries, int most) {
        if (entries != null && entries.size() > most) {
            throw new ContainerException.Invalid(
                    field, field + " has " + entries.size() + " entries, more than the " + most + " that it may have");
        }
    }

    /** An unmodifiable copy whose elements passed {@code check}; null stays null. */
    static <T> List<T> list(String field, List<T> values, BiFunction<String, T, T> check) {
        if (values == null) {
            return null;
        }
        List<T> copy = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            String element = field + "[" + i + "]";
            if (values.get(i) == null) {
                throw new ContainerException.Invalid(element, element + " is null: leave it out or give it a value");
            }
            copy.add(check.apply(element, values.get(i)));
        }
        return Collections.unmodifiableList(copy);
    }

    /** An unmodifiable copy in the same order; null becomes empty. */
    static Map<String, String> map(String field, Map<String, String> values, boolean environment) {
        if (values == null) {
            return Map.of();
        }
        Map<String, String> copy = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.isEmpty() || (environment && key.indexOf('=') >= 0)) {
                throw new ContainerException.Invalid(
                        field, field + " has a name \"" + key + "\": a name is not empty and holds no =");
            }
            noNul(field, key);
            copy.put(key, noNul(field + "." + key, value));
        });
        return Collections.unmodifiableMap(copy);
    }
}
