package dev.berth.registry;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code GET /v2/<name>/tags/list}: only to say more about a tag that does not exist. */
final class TagsCall implements Call<List<String>> {

    private final Repository repository;

    TagsCall(Repository repository) {
        this.repository = repository;
    }

    @Override
    public URI uri() {
        return repository.origin().resolve(repository.path("tags/list"));
    }

    @Override
    public Map<String, String> headers() {
        return Map.of("Accept", "application/json");
    }

    @Override
    public RegistryException refused(Refusal refusal) {
        if (refusal.isAbsence()) {
            return RegistryException.NotFound.image(repository.reference());
        }
        return refusal.unexpected(repository.origin().toString(), "its tags");
    }

    @Override
    public Optional<List<String>> read(Exchange answer) throws TransportException {
        byte[] body = answer.readAll(repository.origin().toString(), Limits.DOCUMENT_BYTES);
        try {
            JsonArray tags = new JsonObject(Buffer.buffer(body)).getJsonArray("tags");
            return Optional.of(
                    tags == null
                            ? List.of()
                            : tags.stream()
                                    .map(Object::toString)
                                    .filter(tag -> tag.matches("\\w[\\w.-]{0,127}"))
                                    .toList());
        } catch (DecodeException | ClassCastException e) {
            return Optional.of(List.of());
        }
    }
}
