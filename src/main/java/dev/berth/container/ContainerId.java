package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A container's (or exec session's) id: 64 hex digits, of which people see 12. */
public record ContainerId(@JsonValue String value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SHORT = 12;

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ContainerId {
        if (value == null || !FORM.matcher(value).matches()) {
            throw new ContainerException.NotFound("no container has the id \"" + value + "\": an id is 64 hex digits");
        }
    }

    /** A new one. For many threads: the JDK's other generators give two threads the same numbers when both ask at once. */
    static ContainerId random() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return new ContainerId(HexFormat.of().formatHex(bytes));
    }

    static boolean isId(String text) {
        return FORM.matcher(text).matches();
    }

    /** The twelve digits that people see. */
    public String brief() {
        return value.substring(0, SHORT);
    }

    @Override
    public String toString() {
        return value;
    }
}
