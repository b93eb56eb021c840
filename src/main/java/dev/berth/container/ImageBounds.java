package dev.berth.container;

import dev.berth.oci.RunConfig;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How much an image may give to a container made of it. A container keeps that in memory as long as it exists, like its request, and
 * a configuration of 4 MiB may say a hundred thousand things.
 */
final class ImageBounds {
    /** As many as a request may have. */
    private static final int MOST_BYTES = 1 << 20;

    /** More mounts than this are not possible. */
    private static final int MOST_VOLUMES = 128;

    private ImageBounds() {}

    /** @throws ContainerException.Invalid with a sentence about the image */
    static void check(CreateRequest request, RunConfig image) {
        few("arguments", image.entrypoint().size() + image.command().size(), Creation.MOST_ARGUMENTS);
        few("environment variables", image.env().size() + request.env().size(), Creation.MOST_ENTRIES);
        few("labels", image.labels().size() + request.labels().size(), Creation.MOST_ENTRIES);
        few("volumes", image.volumes().size(), MOST_VOLUMES);
        long bytes = Stream.of(image.env(), image.entrypoint(), image.command(), image.volumes())
                        .flatMap(Collection::stream)
                        .mapToLong(String::length)
                        .sum()
                + image.labels().entrySet().stream()
                        .mapToLong(ImageBounds::length)
                        .sum()
                + image.user().length()
                + image.workingDir().length()
                + image.stopSignal().length();
        if (bytes > MOST_BYTES) {
            throw refused("too much: its environment, labels and command have " + bytes + " characters, more than the "
                    + MOST_BYTES + " that a container may have");
        }
    }

    private static long length(Map.Entry<String, String> entry) {
        return entry.getKey().length() + entry.getValue().length();
    }

    private static void few(String what, int count, int most) {
        if (count > most) {
            throw refused("too many " + what + ": " + count + ", more than the " + most + " that a container may have");
        }
    }

    private static ContainerException refused(String what) {
        return new ContainerException.Invalid("image", "the image asks for " + what);
    }
}
