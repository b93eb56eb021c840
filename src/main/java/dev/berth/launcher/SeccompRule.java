package dev.berth.launcher;

import dev.berth.linux.Errno;
import dev.berth.linux.SeccompLibrary.Comparison;
import dev.berth.linux.SeccompLibrary.Condition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * A line of the policy: what happens to some system calls, for containers with or without a capability.
 *
 * <p>Its grammar: {@code [with CAP|without CAP] (allow|deny|errno NAME) [if INDEX (eq|ne|masked) VALUE[/VALUE] …:] CALL…}
 *
 * @param error empty = allowed
 * @param capability empty = for every container
 * @param present whether the container must have the capability, or must not
 * @param conditions all must hold
 */
record SeccompRule(
        Optional<Errno> error,
        Optional<Capability> capability,
        boolean present,
        List<Condition> conditions,
        List<String> calls) {

    static SeccompRule parse(String line) {
        try {
            return parse(Arrays.asList(line.trim().split("\\s+")).iterator());
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("not a rule of the seccomp policy: " + line, e);
        }
    }

    private static SeccompRule parse(Iterator<String> words) {
        String word = words.next();
        Optional<Capability> capability = Optional.empty();
        boolean present = word.equals("with");
        if (present || word.equals("without")) {
            capability = Optional.of(Capability.valueOf(words.next()));
            word = words.next();
        }
        Optional<Errno> error = switch (word) {
            case "allow" -> Optional.empty();
            case "deny" -> Optional.of(Errno.EPERM);
            case "errno" -> Optional.of(Errno.valueOf(words.next()));
            default -> throw new IllegalArgumentException(word);
        };
        List<String> rest = new ArrayList<>();
        words.forEachRemaining(rest::add);
        List<Condition> conditions = new ArrayList<>();
        if (rest.get(0).equals("if")) {
            int end = rest.indexOf(":");
            for (int i = 1; i < end; i += 3) {
                conditions.add(condition(rest.get(i), rest.get(i + 1), rest.get(i + 2)));
            }
            rest = rest.subList(end + 1, rest.size());
        }
        return new SeccompRule(error, capability, present, List.copyOf(conditions), List.copyOf(rest));
    }

    private static Condition condition(String index, String comparison, String value) {
        String[] values = value.split("/");
        long first = Long.decode(values[0]);
        long second = values.length > 1 ? Long.decode(values[1]) : 0;
        return new Condition(
                Integer.parseInt(index),
                switch (comparison) {
                    case "eq" -> Comparison.EQUAL;
                    case "ne" -> Comparison.NOT_EQUAL;
                    case "masked" -> Comparison.MASKED_EQUAL;
                    default -> throw new IllegalArgumentException(comparison);
                },
                first,
                second);
    }

    boolean appliesTo(CapabilitySet capabilities) {
        return capability.isEmpty() || capabilities.contains(capability.get()) == present;
    }
}
