package dev.berth.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The numbers of a plan's records, read from the table that berth-init is compiled with: there is no second list. */
record PlanTable(int version, Map<String, Integer> numbers) {
    private static final String RESOURCE = "records.def";
    private static final Pattern VERSION = Pattern.compile("(?m)^PLAN_VERSION\\((\\d+)\\)");
    private static final Pattern RECORD = Pattern.compile("(?m)^RECORD\\((\\d+), (\\w+), (\\w+)\\)");

    PlanTable {
        numbers = Map.copyOf(numbers);
    }

    /** The table in the jar. */
    static PlanTable load() {
        try (InputStream in = PlanTable.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the table of plan records is missing from the jar");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the table of plan records in the jar", e);
        }
    }

    static PlanTable parse(String text) {
        Matcher version = VERSION.matcher(text);
        if (!version.find()) {
            throw new IllegalStateException("the table of plan records has no version");
        }
        Map<String, Integer> numbers = new TreeMap<>();
        RECORD.matcher(text).results().forEach(match -> numbers.put(match.group(2), Integer.valueOf(match.group(1))));
        return new PlanTable(Integer.parseInt(version.group(1)), numbers);
    }

    int number(PlanRecord record) {
        return numbers.get(PlanRecord.name(record.getClass()));
    }
}
