package dev.berth.container;

import dev.berth.image.ImageException;
import dev.berth.image.ImageUse;
import dev.berth.image.Images;
import dev.berth.image.StoredImage;
import dev.berth.launcher.CapabilitySet;
import dev.berth.launcher.ImageUser;
import dev.berth.launcher.Signal;
import dev.berth.oci.OciException;
import dev.berth.oci.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Makes containers: all of one, or nothing. */
final class Creation {
    private static final int NAME_ATTEMPTS = 100;
    private static final Pattern ID = Pattern.compile("(sha256:)?[0-9a-f]{6,64}");

    private final Machine machine;
    private final ContainerTree tree;
    private final Shelf shelf;
    private final ContainerRecords records;
    private final Volumes volumes;
    private final Events events;
    private final Images images;
    private final Containers.Fetch fetch;
    private final SecureRandom random = new SecureRandom();

    /** Images of containers that are being made: they must not be removed meanwhile. */
    private final Set<ImageUse> pending = ConcurrentHashMap.newKeySet();

    Creation(Containers.Parts parts, Images images, Containers.Fetch fetch) {
        this.machine = parts.machine();
        this.tree = parts.machine().tree();
        this.shelf = parts.shelf();
        this.records = parts.records();
        this.volumes = parts.volumes();
        this.events = parts.events();
        this.images = images;
        this.fetch = fetch;
    }

    Collection<ImageUse> pending() {
        return pending;
    }

    Container create(CreateRequest request) throws InterruptedException {
        ContainerId id = ContainerId.random(random);
        check(request);
        ContainerName name = request.name() == null ? randomName(id) : request.name();
        shelf.reserve(name, id);
        try {
            return create(request, id, name);
        } catch (RuntimeException | InterruptedException e) {
            shelf.release(name, id);
            throw e;
        }
    }

    private Container create(CreateRequest request, ContainerId id, ContainerName name) throws InterruptedException {
        StoredImage image = image(request);
        ImageUse use = new ImageUse(id.value(), image.descriptor().digest());
        pending.add(use);
        try {
            // Looked at again under the use: a removal that was faster is noticed here and not at the start.
            images.held(image.descriptor().digest());
            ImageDefaults defaults = new ImageDefaults(image.config().config());
            CreateRequest config = defaults.resolve(request, id, name, volumes::newName);
            Sentences.checked(() -> ImageUser.parse(config.user()));
            Sentences.checked(() -> Signal.parse(defaults.stopSignal()));
            return make(request, config, image, defaults.stopSignal(), id);
        } finally {
            pending.remove(use);
        }
    }

    private Container make(
            CreateRequest request, CreateRequest config, StoredImage image, String stopSignal, ContainerId id)
            throws InterruptedException {
        List<String> made = List.of();
        try {
            ContainerTree.make(tree.container(id));
            machine.snapshots()
                    .prepare(
                            id.value(),
                            machine.layers()
                                    .unpack(
                                            image.manifest().layers(),
                                            image.config().diffIds(),
                                            dev.berth.rootfs.LayerProgress.NONE));
            made = volumes.make(config.mounts(), () -> machine.snapshots().mount(id.value()));
            Set<String> named = new HashSet<>();
            request.mounts().forEach(mount -> named.add(mount.source()));
            List<String> own = config.mounts().stream()
                    .filter(mount -> mount.type().equals("volume") && !named.contains(mount.source()))
                    .map(MountRequest::source)
                    .toList();
            Container container = new Container(tree, record(config, image, stopSignal, id, own, request.image()));
            records.write(container.record());
            shelf.put(container);
            events.publish(
                    "container.created",
                    container,
                    Map.of("image", container.record().image()));
            return container;
        } catch (RuntimeException | InterruptedException e) {
            made.forEach(volumes::remove);
            machine.data().trash().discard(tree.container(id));
            throw e;
        }
    }

    private static ContainerRecord record(
            CreateRequest config,
            StoredImage image,
            String stopSignal,
            ContainerId id,
            List<String> own,
            String asked) {
        String shown = image.references().stream()
                .map(Reference::canonical)
                .filter(reference -> canonical(asked).filter(reference::equals).isPresent())
                .findFirst()
                .orElseGet(() -> image.references().isEmpty()
                        ? image.id().toString()
                        : image.references().get(0).canonical());
        return new ContainerRecord(
                ContainerRecord.VERSION,
                id,
                config.name(),
                shown,
                image.id().toString(),
                image.descriptor().digest().toString(),
                Instant.now(),
                config,
                stopSignal,
                own,
                config.ports(),
                ContainerState.CREATED,
                null,
                null,
                null,
                null,
                0);
    }

    private static Optional<String> canonical(String text) {
        try {
            return Optional.of(Reference.parse(text).canonical());
        } catch (OciException id) {
            return Optional.empty();
        }
    }

    /** What can be refused before anything is fetched or made. */
    private static void check(CreateRequest request) {
        checkImage(request.image());
        Sentences.checked(() -> CapabilitySet.of(request.capAdd(), request.capDrop()));
        if (request.user() != null) {
            Sentences.checked(() -> ImageUser.parse(request.user()));
        }
        if (request.network() != null
                && request.network().equals(CreateRequest.NO_NETWORK)
                && !request.ports().isEmpty()) {
            throw new ContainerException.Invalid(
                    "ports", "cannot forward ports to a container with network \"none\": leave out one of the two");
        }
        Set<String> targets = new HashSet<>();
        for (int i = 0; i < request.mounts().size(); i++) {
            MountRequest mount = request.mounts().get(i);
            if (!targets.add(mount.target().replaceAll("/+", "/").replaceAll("/$", ""))) {
                throw new ContainerException.Invalid(
                        "mounts[" + i + "].target", "two mounts have the target " + mount.target());
            }
            if (mount.type().equals("bind") && !Files.exists(Path.of(mount.source()))) {
                throw new ContainerException.Invalid(
                        "mounts[" + i + "].source",
                        "cannot mount " + mount.source() + ": there is no such file or directory on this machine");
            }
        }
    }

    private static void checkImage(String text) {
        try {
            Reference.parse(text);
        } catch (OciException e) {
            if (!ID.matcher(text).matches()) {
                throw new ContainerException.Invalid("image", e.getMessage());
            }
        }
    }

    private StoredImage image(CreateRequest request) throws InterruptedException {
        if (request.pull() == PullPolicy.ALWAYS) {
            fetch.pull(request.image());
            return images.find(request.image());
        }
        try {
            return images.find(request.image());
        } catch (ImageException.NotFound missing) {
            if (request.pull() == PullPolicy.NEVER || canonical(request.image()).isEmpty()) {
                throw missing;
            }
            fetch.pull(request.image());
            return images.find(request.image());
        }
    }

    private ContainerName randomName(ContainerId id) {
        for (int attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
            ContainerName name = ContainerName.random(random, attempt);
            if (shelf.isFree(name)) {
                return name;
            }
        }
        return new ContainerName("container_" + id.brief());
    }
}
