package dev.berth.oci;

import java.util.Optional;

/** Finds out what a document is, and trusts it only when all that is said about it agrees. */
final class DocumentType {

    private DocumentType() {}

    static MediaType of(Json json, Optional<MediaType> contentType) {
        Optional<MediaType> inside = json.text("mediaType").map(MediaType::new);
        Optional<MediaType> outside = contentType.filter(DocumentType::isSpecific);
        refuseSchema1(json, inside, outside);
        if (inside.isPresent() && outside.isPresent() && !inside.equals(outside)) {
            throw bad("its mediaType is " + Text.quote(inside.get().value()) + " but it was served as "
                    + Text.quote(outside.get().value()));
        }
        MediaType type = outside.or(() -> inside).orElseGet(() -> byShape(json));
        if (!type.isIndex() && !type.isManifest()) {
            throw bad(
                    "it is of type " + Text.quote(type.value()) + ", which is neither an image nor an index of images");
        }
        refuseBothShapes(json, type);
        return type;
    }

    private static void refuseSchema1(Json json, Optional<MediaType> inside, Optional<MediaType> outside) {
        boolean named = inside.or(() -> outside).filter(MediaType::isSchema1).isPresent()
                || outside.filter(MediaType::isSchema1).isPresent();
        long version = json.number("schemaVersion", 2);
        if (named || version == 1) {
            throw bad("it is in docker's old format (schema 1), which Berth does not read; "
                    + "push the image again with a current tool");
        }
        if (version != 2) {
            throw bad("its schemaVersion is " + version + " instead of 2");
        }
    }

    private static void refuseBothShapes(Json json, MediaType type) {
        boolean list = json.has("manifests");
        boolean image = json.has("layers") || json.has("config");
        if (list && image) {
            throw bad("it is both an index and an image (CVE-2021-41190)");
        }
        if (type.isIndex() ? image : list) {
            throw bad("it is served as " + Text.quote(type.value()) + " but its content is of the other kind");
        }
    }

    private static MediaType byShape(Json json) {
        return json.has("manifests") ? MediaType.OCI_INDEX : MediaType.OCI_MANIFEST;
    }

    /** Plain file servers say only that it is JSON, or bytes. */
    private static boolean isSpecific(MediaType type) {
        return switch (type.value()) {
            case "", "application/json", "application/octet-stream", "text/plain", "binary/octet-stream" -> false;
            default -> true;
        };
    }

    private static OciException.BadDocument bad(String reason) {
        return new OciException.BadDocument("manifest", reason);
    }
}
