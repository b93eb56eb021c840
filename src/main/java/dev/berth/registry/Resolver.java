package dev.berth.registry;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.Document;
import dev.berth.oci.ImageConfig;
import dev.berth.oci.ImageIndex;
import dev.berth.oci.Manifest;
import dev.berth.oci.OciException;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** From a name to the manifest and configuration of one platform. */
final class Resolver {

    /** An index of indexes is allowed; more than this nobody builds. */
    private static final int DEPTH = 4;

    private final Caller caller;
    private final Cancellation cancellation;

    Resolver(Caller caller, Cancellation cancellation) {
        this.caller = caller;
        this.cancellation = cancellation;
    }

    Resolved resolve(Reference reference, Platform platform) {
        Document top = document(reference, reference);
        Manifest manifest = descend(reference, top, platform);
        ImageConfig config = config(reference, manifest);
        if (!platform.accepts(config.platform())
                && !config.platform().architecture().isEmpty()) {
            throw new RegistryException.NoPlatform(reference, platform, List.of(config.platform()));
        }
        if (config.diffIds().size() != manifest.layers().size()) {
            throw bad(
                    reference,
                    "its manifest has " + manifest.layers().size() + " layers, its configuration "
                            + config.diffIds().size());
        }
        return new Resolved(reference, top.digest(), manifest, config);
    }

    private Manifest descend(Reference reference, Document top, Platform platform) {
        Set<Digest> seen = new HashSet<>();
        Document document = top;
        while (document instanceof ImageIndex index) {
            if (!seen.add(index.digest()) || seen.size() > DEPTH) {
                throw bad(reference, "its indexes lead in a circle, or deeper than " + DEPTH);
            }
            Descriptor entry = select(reference, index, platform);
            document = document(reference, reference.withDigest(entry.digest()));
            if (!document.mediaType().equals(entry.mediaType())
                    || document.descriptor().size() != entry.size()) {
                throw bad(reference, "the index describes " + entry.digest() + " wrongly");
            }
        }
        return (Manifest) document;
    }

    private static Descriptor select(Reference reference, ImageIndex index, Platform platform) {
        try {
            return index.select(platform)
                    .orElseThrow(() -> new RegistryException.NoPlatform(reference, platform, index.platforms()));
        } catch (OciException.BadDocument e) {
            throw new RegistryException.BadAnswer(reference, e);
        }
    }

    /** @param reference what the user asked for. @param part its own, or an entry of its index */
    private Document document(Reference reference, Reference part) {
        try {
            return caller.call(Repository.of(part), new ManifestCall(Repository.of(part)), cancellation);
        } catch (RegistryException.NotFound e) {
            throw reference.equals(part) ? whatIsMissing(reference, e) : e;
        }
    }

    /** Says whether it is the image or only the tag, when the registry tells; else what is known already. */
    private RegistryException whatIsMissing(Reference reference, RegistryException.NotFound found) {
        try {
            Repository repository = Repository.of(reference);
            List<String> tags = caller.call(repository, new TagsCall(repository), cancellation);
            List<String> few = tags.size() <= 10 && reference.digest().isEmpty() ? tags : List.of();
            return RegistryException.NotFound.tag(reference, few);
        } catch (RegistryException.NotFound e) {
            return e;
        } catch (RegistryException.Cancelled e) {
            throw e;
        } catch (RegistryException e) {
            return found;
        }
    }

    private ImageConfig config(Reference reference, Manifest manifest) {
        MemorySink sink = new MemorySink(manifest.config());
        Repository repository = Repository.of(reference);
        BlobFetch fetch = new BlobFetch(caller, repository, cancellation);
        try {
            fetch.fetch(manifest.config(), sink);
            return ImageConfig.parse(sink.bytes());
        } catch (OciException e) {
            throw new RegistryException.BadAnswer(reference, e);
        }
    }

    private static RegistryException bad(Reference reference, String reason) {
        return new RegistryException.BadAnswer(reference, new OciException.BadDocument("image", reason));
    }

    /** For {@link ManifestHeadCall}. */
    Optional<Digest> head(Reference reference) {
        Repository repository = Repository.of(reference);
        return caller.call(repository, new ManifestHeadCall(repository), cancellation);
    }
}
