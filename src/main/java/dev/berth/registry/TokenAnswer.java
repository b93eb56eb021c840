package dev.berth.registry;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;

/** What a token server answers. */
record TokenAnswer(String token, long expiresInSeconds) {

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
    /** The specification's default, and its least. */
    private static final int DEFAULT_SECONDS = 60;

    static TokenAnswer read(Exchange answer, String host) throws TransportException {
        byte[] body = answer.readAll(host, Limits.TOKEN_BYTES);
        try {
            JsonObject json = new JsonObject(Buffer.buffer(body));
            String token = json.getString("token", json.getString("access_token", ""));
            Number seconds = json.getNumber("expires_in", DEFAULT_SECONDS);
            if (TOKEN.matcher(token).matches()) {
                return new TokenAnswer(token, Math.max(DEFAULT_SECONDS, seconds.longValue()));
            }
        } catch (DecodeException | ClassCastException | NullPointerException e) {
            // said below
        }
        throw new RegistryException.BadAnswer(host, "its token server gave no token");
    }
}
