package dev.berth.registry;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** {@code GET /v2/}: whether a registry is there. */
final class PingCall implements Call<Boolean> {

    private final Origin origin;

    PingCall(Origin origin) {
        this.origin = origin;
    }

    @Override
    public URI uri() {
        return origin.resolve("/v2/");
    }

    @Override
    public Map<String, String> headers() {
        return Map.of();
    }

    /** Also when it wants to know who we are. */
    @Override
    public boolean accepts(int status) {
        return status == 200 || status == 401;
    }

    @Override
    public RegistryException refused(Refusal refusal) {
        return refusal.unexpected(origin.toString(), "/v2/");
    }

    @Override
    public Optional<Boolean> read(Exchange answer) {
        return Optional.of(true);
    }
}
