package dev.berth.container;

import dev.berth.image.ImageException;
import dev.berth.image.StoredImage;
import dev.berth.launcher.BadLaunch;
import dev.berth.launcher.ImageUser;
import dev.berth.oci.OciException;
import dev.berth.oci.Reference;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Makes containers. */
final class Creation {
    /** As many one-letter arguments as xargs gives a program, and half as many more. */
    static final int MOST_ARGUMENTS = 100_000;

    static final int MOST_ENTRIES = 10_000;

    private final Engine engine;
    private final Directory directory;
    private final Volumes volumes;
    private final Events events;
    private final RandomGenerator random = new SecureRandom();

    Creation(Engine engine, Directory directory, Volumes volumes, Events events) {
        this.engine = engine;
        this.directory = directory;
        this.volumes = volumes;
        this.events = events;
    }

    /** @throws ImageException.NotFound when the image is not here and may not be fetched */
    Container create(CreateRequest request) {
        check(request);
        request.resources().checkProcessors();
        request.resources().check(engine.cgroups());
        StoredImage image = engine.imageSource().get(request.image(), request.pull());
        ImageBounds.check(request, image.config().config());
        while (true) {
            Container container = fresh(request, image);
            try {
                directory.add(container);
            } catch (ContainerException.Conflict taken) {
                if (request.name() == null) {
                    continue; // another one was faster with the same two words
                }
                throw taken;
            }
            made(container);
            return container;
        }
    }

    private Container fresh(CreateRequest request, StoredImage image) {
        String id = ContainerId.random().value();
        ContainerName name = request.name() == null ? directory.freeName(random) : request.name();
        var defaults = image.config().config();
        String shown = shown(request.image(), image);
        List<String> own = new ArrayList<>();
        Supplier<String> volumeName = () -> {
            own.add(Volumes.randomName());
            return own.get(own.size() - 1);
        };
        CreateRequest config = ImageDefaults.resolve(request, shown, name, id.substring(0, 12), defaults, volumeName);
        ContainerRecord record = new ContainerRecord(
                ContainerRecord.VERSION,
                id,
                name,
                shown,
                image.descriptor().digest().toString(),
                image.id().toString(),
                engine.clock().instant(),
                null,
                null,
                null,
                null,
                false,
                false,
                null,
                null,
                false,
                0,
                defaults.env(),
                defaults.stopSignal(),
                own,
                config);
        return new Container(record, ContainerState.CREATED);
    }

    private void made(Container container) {
        ContainerRecord record = container.record();
        record.config().mounts().stream()
                .filter(mount -> mount.type().equals("volume"))
                .forEach(mount -> volumes.ensure(mount.source(), record.hasNamed(mount.source())));
        events.publish(
                "container.created",
                container.id(),
                container.name(),
                Map.of("image", container.record().image()));
    }

    /** What can be known to be wrong before anything is made. */
    private static void check(CreateRequest request) {
        checkNumbers(request);
        if (!request.image().matches("(sha256:)?[0-9a-f]{6,64}")) {
            try {
                Reference.parse(request.image());
            } catch (OciException e) {
                throw new ContainerException.Invalid("image", e.getMessage());
            }
        }
        try {
            Starter.security(request);
            if (request.user() != null) {
                ImageUser.parse(request.user());
            }
        } catch (BadLaunch e) {
            throw new ContainerException.Invalid(e.field(), e.getMessage());
        }
        if (!request.ports().isEmpty() && !request.network().equals(CreateRequest.SLIRP)) {
            throw new ContainerException.Invalid(
                    "ports", "cannot forward ports with network none: leave one of the two out");
        }
        refuseDoublePorts(request.ports());
        checkMounts(request.mounts());
    }

    private static void checkMounts(List<MountRequest> mounts) {
        MountRequest.onePerPlace(mounts);
        for (int i = 0; i < mounts.size(); i++) {
            MountRequest mount = mounts.get(i);
            if (mount.type().equals("bind")) {
                BindSource.check(i, mount.source());
            }
        }
    }

    private static void checkNumbers(CreateRequest request) {
        Checks.few("command", request.command(), MOST_ARGUMENTS);
        Checks.few("entrypoint", request.entrypoint(), MOST_ARGUMENTS);
        Checks.few("env", request.env().keySet(), MOST_ENTRIES);
        Checks.few("labels", request.labels().keySet(), MOST_ENTRIES);
        Checks.few("ports", request.ports(), MOST_ENTRIES);
        Checks.few("mounts", request.mounts(), MOST_ENTRIES);
        Checks.few("capAdd", request.capAdd(), MOST_ENTRIES);
        Checks.few("capDrop", request.capDrop(), MOST_ENTRIES);
    }

    private static void refuseDoublePorts(List<PortRequest> ports) {
        for (int i = 0; i < ports.size(); i++) {
            if (ports.subList(0, i).stream().anyMatch(ports.get(i)::overlaps)) {
                throw new ContainerException.Invalid(
                        "ports[" + i + "].hostPort",
                        "cannot forward " + ports.get(i) + " twice: leave one of the two out, or give it another port");
            }
        }
    }

    private static String shown(String asked, StoredImage image) {
        try {
            Reference reference = Reference.parse(asked);
            if (image.references().contains(reference)) {
                return reference.canonical();
            }
        } catch (OciException e) {
            return image.references().isEmpty()
                    ? image.id().toString()
                    : image.references().get(0).canonical();
        }
        return image.references().isEmpty()
                ? image.id().toString()
                : image.references().get(0).canonical();
    }
}
