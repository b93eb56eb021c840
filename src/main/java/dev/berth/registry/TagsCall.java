package dev.berth.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code GET /v2/<name>/tags/list}: only to say more about a tag that does not exist. A list that is too long to be read
 * counts as none.
 */
final class TagsCall implements Call<List<String>> {

    private static final Pattern TAG = Pattern.compile("\\w[\\w.-]{0,127}");

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

    /** Nobody waits for the details of a refusal. */
    @Override
    public int attempts(Limits limits) {
        return 1;
    }

    @Override
    public Optional<List<String>> read(Exchange answer) throws TransportException {
        JsonNode json = AnswerJson.read(answer, repository.origin().toString());
        List<String> tags = new ArrayList<>();
        for (JsonNode tag : json.path("tags")) {
            if (tag.isTextual() && TAG.matcher(tag.textValue()).matches()) {
                tags.add(tag.textValue());
            }
        }
        return Optional.of(tags);
    }
}
