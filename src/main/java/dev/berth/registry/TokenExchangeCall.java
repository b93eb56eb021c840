package dev.berth.registry;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * {@code POST <realm>}: a token for a scope, by a user's identity token.
 *
 * @see <a href="https://distribution.github.io/distribution/spec/auth/oauth/">OAuth2 token authentication</a>
 */
final class TokenExchangeCall implements Call<TokenAnswer> {

    private final URI realm;
    private final RegistryException denial;
    private final String form;

    TokenExchangeCall(URI realm, String service, String scope, Credentials credentials, RegistryException denial) {
        this.denial = denial;
        this.realm = realm;
        this.form = "grant_type=refresh_token&client_id=berth&service=" + TokenCall.encoded(service) + "&scope="
                + TokenCall.encoded(scope) + "&refresh_token=" + TokenCall.encoded(credentials.identityToken());
    }

    @Override
    public HttpMethod method() {
        return HttpMethod.POST;
    }

    @Override
    public URI uri() {
        return realm;
    }

    @Override
    public Map<String, String> headers() {
        return Map.of("Content-Type", "application/x-www-form-urlencoded");
    }

    @Override
    public Buffer body() {
        return Buffer.buffer(form);
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
}
