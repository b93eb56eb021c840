package dev.berth.cli;

import java.io.ByteArrayOutputStream;

/**
 * Watches what is typed for the keys that leave a container running. Bytes that might be the beginning of the sequence are held
 * back until the next one decides. Not for several threads.
 */
final class DetachKeys {
    static final String DEFAULT = "ctrl-p,ctrl-q";

    private final byte[] sequence;
    private int matched;

    private DetachKeys(byte[] sequence) {
        this.sequence = sequence;
    }

    /** Keys separated by commas, each one character or {@code ctrl-} and a letter or one of {@code @ [ \ ] ^ _}; empty = none. */
    static DetachKeys parse(String keys) {
        ByteArrayOutputStream sequence = new ByteArrayOutputStream();
        if (keys.isEmpty()) {
            return new DetachKeys(new byte[0]);
        }
        for (String key : keys.split(",", -1)) {
            sequence.write(code(key, keys));
        }
        return new DetachKeys(sequence.toByteArray());
    }

    private static int code(String key, String all) {
        if (key.length() == 1 && key.charAt(0) < 128) {
            return key.charAt(0);
        }
        if (key.matches("ctrl-[a-zA-Z@\\[\\\\\\]^_]")) {
            return Character.toUpperCase(key.charAt(5)) & 0x1f;
        }
        throw new CliException("cannot use the detach keys '" + all + "': '" + key
                + "' is no key; write single characters or ctrl- and one of a-z @ [ \\ ] ^ _, separated by commas");
    }

    /** What goes on to the program, and whether the sequence was completed; what was typed after it is dropped. */
    record Filtered(byte[] bytes, boolean detached) {}

    Filtered filter(byte[] typed, int length) {
        if (sequence.length == 0) {
            return new Filtered(java.util.Arrays.copyOf(typed, length), false);
        }
        ByteArrayOutputStream pass = new ByteArrayOutputStream(length + matched);
        for (int i = 0; i < length; i++) {
            byte key = typed[i];
            while (matched > 0 && key != sequence[matched]) {
                giveBack(pass);
            }
            if (key == sequence[matched]) {
                matched++;
            } else {
                pass.write(key);
            }
            if (matched == sequence.length) {
                return new Filtered(pass.toByteArray(), true);
            }
        }
        return new Filtered(pass.toByteArray(), false);
    }

    /** The longest end of what is held back that still begins the sequence stays; the rest goes on. */
    private void giveBack(ByteArrayOutputStream pass) {
        int held = matched;
        for (matched = held - 1; matched > 0; matched--) {
            if (java.util.Arrays.equals(sequence, 0, matched, sequence, held - matched, held)) {
                break;
            }
        }
        pass.write(sequence, 0, held - matched);
    }
}
