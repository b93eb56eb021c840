package dev.berth.registry;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** One request to one endpoint, as the {@link Caller} makes it, perhaps several times. */
interface Call<T> {

    default HttpMethod method() {
        return HttpMethod.GET;
    }

    URI uri();

    /** Asked anew for every attempt. */
    Map<String, String> headers();

    default Buffer body() {
        return Buffer.buffer();
    }

    /** Which answers are to be read; others are refusals. */
    default boolean accepts(int status) {
        return status == 200;
    }

    /** What a refusal means at this endpoint, as a sentence for the user; where the caller authenticates it has dealt with 401 and 403. */
    RegistryException refused(Refusal refusal);

    /**
     * Reads an answer that is neither a redirect nor asks for authentication or for another attempt.
     *
     * @return empty to be asked again at once, with headers that have changed
     * @throws TransportException when the answer breaks off: the call is made again
     * @throws RegistryException when another attempt would not help
     */
    Optional<T> read(Exchange answer) throws TransportException;

    /** How often it may be made, the first time included. */
    default int attempts(Limits limits) {
        return limits.attempts();
    }

    /** Whether enough was received since this was last asked that all attempts start again. */
    default boolean progressed() {
        return false;
    }
}
