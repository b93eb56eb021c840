package dev.berth.registry;

import dev.berth.oci.Digest;
import dev.berth.oci.Document;
import dev.berth.oci.MediaType;
import dev.berth.oci.OciException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code GET /v2/<name>/manifests/<reference>}: an index or a manifest, checked against the digest it was asked by. */
final class ManifestCall implements Call<Document> {

    static final String ACCEPT =
            List.of(MediaType.OCI_INDEX, MediaType.DOCKER_LIST, MediaType.OCI_MANIFEST, MediaType.DOCKER_MANIFEST)
                    .stream()
                    .map(MediaType::value)
                    .collect(Collectors.joining(", "));

    private final Repository repository;
    private final Optional<Digest> pinned;

    /** @param repository whose reference's digest, or else tag, is asked for */
    ManifestCall(Repository repository) {
        this.repository = repository;
        this.pinned = repository.reference().digest();
    }

    @Override
    public URI uri() {
        return repository
                .origin()
                .resolve(repository.path("manifests/" + repository.reference().identifier()));
    }

    @Override
    public Map<String, String> headers() {
        return Map.of("Accept", ACCEPT);
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
    public Optional<Document> read(Exchange answer) throws TransportException {
        byte[] bytes = answer.readAll(repository.origin().toString(), Limits.DOCUMENT_BYTES);
        try {
            pinned.ifPresent(digest -> digest.verify(bytes, "the manifest received"));
            Document document = Document.parse(bytes, answer.contentType());
            answer.header("Docker-Content-Digest").ifPresent(header -> checkHeader(header, bytes));
            return Optional.of(document);
        } catch (OciException e) {
            throw new RegistryException.BadAnswer(repository.reference(), e);
        }
    }

    private static void checkHeader(String header, byte[] bytes) {
        Digest.parse(header).verify(bytes, "the manifest received");
    }
}
