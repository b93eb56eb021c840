package dev.berth.rest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Parameters whose values are bytes: percent-encoding decoded, and nothing taken for text. */
final class RawQuery {
    private final String query;

    /** @param query as it was sent; null = none */
    RawQuery(String query) {
        this.query = query == null ? "" : query;
    }

    /** The first of that name. */
    Optional<byte[]> bytes(String name) {
        for (String part : query.split("&")) {
            int equals = part.indexOf('=');
            if (equals > 0 && part.substring(0, equals).equals(name)) {
                return Optional.of(decoded(name, part.substring(equals + 1)));
            }
        }
        return Optional.empty();
    }

    private static byte[] decoded(String name, String value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] sent = value.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < sent.length; i++) {
            if (sent[i] == '+') {
                bytes.write(' ');
            } else if (sent[i] != '%') {
                bytes.write(sent[i]);
            } else {
                int high = i + 2 < sent.length ? Character.digit(sent[i + 1], 16) : -1;
                int low = i + 2 < sent.length ? Character.digit(sent[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw Refused.notReadable(name + " has a % that two hexadecimal digits do not follow");
                }
                bytes.write(high << 4 | low);
                i += 2;
            }
        }
        return bytes.toByteArray();
    }
}
