package dev.berth.launcher;

import dev.berth.linux.Fd;
import dev.berth.linux.Memfd;
import dev.berth.linux.Syscalls;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A launch as an ordered list of operations, which berth-init carries out one after the other. */
record LaunchPlan(List<PlanRecord> records) {
    private static final String MAGIC = "BERTHPLAN";
    private static final PlanTable TABLE = PlanTable.load();

    LaunchPlan {
        records = List.copyOf(records);
    }

    /** The plan in memory that nobody can change any more. */
    Fd sealed(Syscalls calls) {
        return Memfd.sealed(calls, "berth-plan", bytes());
    }

    /** Text, each piece ended by NUL: magic, version, and for each record its number, how many fields, the fields. */
    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        put(out, MAGIC);
        put(out, Integer.toString(TABLE.version()));
        records.forEach(record -> put(out, record));
        put(out, new PlanRecord.End());
        return out.toByteArray();
    }

    private static void put(ByteArrayOutputStream out, PlanRecord record) {
        List<String> fields = record.fields();
        put(out, Integer.toString(TABLE.number(record)));
        put(out, Integer.toString(fields.size()));
        fields.forEach(field -> put(out, field));
    }

    private static void put(ByteArrayOutputStream out, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a field of a launch plan contains NUL");
        }
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        out.write(0);
    }
}
