package dev.berth.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;

/** What a token server answers. */
record TokenAnswer(String token, long expiresInSeconds) {

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
    /** The specification's default, and its least. */
    private static final int DEFAULT_SECONDS = 60;
    /** A token that is said to hold for longer is renewed after a day. */
    private static final int MOST_SECONDS = 24 * 60 * 60;

    static TokenAnswer read(Exchange answer, String host) throws TransportException {
        JsonNode json = AnswerJson.read(answer, host);
        String token = text(json, "token", text(json, "access_token", ""));
        JsonNode seconds = json.path("expires_in");
        boolean absent = seconds.isMissingNode() || seconds.isNull();
        if (TOKEN.matcher(token).matches() && (absent || seconds.isNumber())) {
            return new TokenAnswer(token, absent ? DEFAULT_SECONDS : bounded(seconds.doubleValue()));
        }
        throw new RegistryException.BadAnswer(host, "its token server gave no token");
    }

    /** Servers write null or an empty string for the one of the two names that they do not use. */
    private static String text(JsonNode json, String name, String otherwise) {
        String text = json.path(name).textValue();
        return text == null || text.isEmpty() ? otherwise : text;
    }

    private static long bounded(double seconds) {
        return (long) Math.max(DEFAULT_SECONDS, Math.min(MOST_SECONDS, seconds));
    }
}
