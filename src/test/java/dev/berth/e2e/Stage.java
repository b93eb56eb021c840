package dev.berth.e2e;

import dev.berth.image.RealRegistry;
import dev.berth.rootfs.TarBuilder;
import dev.berth.rootfs.TestImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Berth, and a registry that serves an image of busybox: what most end-to-end tests begin with. */
final class Stage implements AutoCloseable {
    private static final String NAME = "localhost/busybox:1";

    final Berth berth = new Berth();
    final RealRegistry registry;
    /** The image's name; the service has it already. */
    final String image;

    private final Path directory = Files.createTempDirectory("stage");

    Stage() throws Exception {
        registry = RealRegistry.start(directory.resolve("registry"));
        try {
            image = push("busybox:1", made -> {});
            berth.must("pull", image);
        } catch (Exception | AssertionError e) {
            close();
            throw e;
        }
    }

    /** Serves another image, of busybox and what is added to it. @return its name */
    String push(String name, Consumer<TestImage> more) throws Exception {
        Path layout = Files.createTempDirectory(directory, "image");
        try (TestImage made = new TestImage(layout)) {
            made.layer(Busybox.layer());
            made.layer(new TarBuilder().directory("etc/berth/"));
            more.accept(made);
            made.tag(NAME);
        }
        registry.push(layout, NAME, name);
        return registry.domain() + "/" + name;
    }

    /** What a shell in a fresh container prints for the script. */
    String shell(String script) throws Exception {
        return berth.must("run", "--rm", image, "sh", "-c", script);
    }

    @Override
    public void close() throws Exception {
        try {
            berth.close();
        } finally {
            registry.close();
            new ProcessBuilder("rm", "-rf", directory.toString()).start().waitFor();
        }
    }
}
