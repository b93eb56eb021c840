package dev.berth.registry;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * {@code GET <realm>?service=…&scope=…}: a token for a scope, anonymously or with name and password.
 *
 * @see <a href="https://distribution.github.io/distribution/spec/auth/token/">Token authentication</a>
 */
final class TokenCall implements Call<TokenAnswer> {

    private final URI realm;
    private final RegistryException denial;
    private final String query;
    private final Optional<Credentials> credentials;

    TokenCall(URI realm, String service, String scope, Optional<Credentials> credentials, RegistryException denial) {
        this.denial = denial;
        this.realm = realm;
        this.query = (service.isEmpty() ? "" : "service=" + encoded(service) + "&") + "scope=" + encoded(scope);
        this.credentials = credentials;
    }

    @Override
    public URI uri() {
        String given = realm.getRawQuery() == null ? "?" : "?" + realm.getRawQuery() + "&";
        String path = realm.getRawPath() == null || realm.getRawPath().isEmpty() ? "/" : realm.getRawPath();
        return Origin.of(realm).resolve(path + given + query);
    }

    @Override
    public Map<String, String> headers() {
        return credentials.map(c -> Map.of("Authorization", c.basic())).orElse(Map.of());
    }

    @Override
    public RegistryException refused(Refusal refusal) {
        return refusal.isDenial() || refusal.status() == 400
                ? denial
                : refusal.unexpected(Origin.of(realm).toString(), "a token");
    }

    @Override
    public Optional<TokenAnswer> read(Exchange answer) throws TransportException {
        return Optional.of(TokenAnswer.read(answer, Origin.of(realm).toString()));
    }

    static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
