package dev.berth.registry;

import dev.berth.oci.Digest;
import dev.berth.oci.OciException;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code HEAD /v2/<name>/manifests/<reference>}: what a tag points to now. Docker Hub does not count it against its
 * limit. The inner value is empty when this registry does not say.
 */
final class ManifestHeadCall implements Call<Optional<Digest>> {

    private final Repository repository;

    ManifestHeadCall(Repository repository) {
        this.repository = repository;
    }

    @Override
    public HttpMethod method() {
        return HttpMethod.HEAD;
    }

    @Override
    public URI uri() {
        return repository
                .origin()
                .resolve(repository.path("manifests/" + repository.reference().identifier()));
    }

    @Override
    public Map<String, String> headers() {
        return Map.of("Accept", ManifestCall.ACCEPT);
    }

    @Override
    public RegistryException refused(Refusal refusal) {
        if (refusal.isAbsence()) {
            return refusal.code().equals("NAME_UNKNOWN")
                    ? RegistryException.NotFound.image(repository.reference())
                    : RegistryException.NotFound.tag(repository.reference(), List.of());
        }
        return refusal.unexpected(repository.origin().toString(), "a manifest");
    }

    @Override
    public Optional<Optional<Digest>> read(Exchange answer) {
        try {
            return Optional.of(answer.header("Docker-Content-Digest").map(Digest::parse));
        } catch (OciException e) {
            return Optional.of(Optional.empty());
        }
    }
}
