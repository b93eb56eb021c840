package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.RealRegistry;
import dev.berth.rootfs.Layered;
import dev.berth.rootfs.Need;
import dev.berth.rootfs.TarBuilder;
import dev.berth.rootfs.TestImage;
import dev.berth.rootfs.TreeComparator;
import dev.berth.rootfs.TreeScan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image that went through registry, pull, store and unpacking is, in a container, what umoci makes of it. */
class TreeIT {
    private static final String NAME = "localhost/tree:1";

    @TempDir
    Path temp;

    @Test
    void theTreeInAContainerEqualsUmocis() throws Exception {
        Need.program("umoci");
        Need.program("nsenter");
        try (Berth berth = new Berth();
                RealRegistry registry = RealRegistry.start(temp.resolve("registry"))) {
            String image = registry.domain() + "/tree:1";
            try (TestImage ours = image("ours", Layered.OPAQUE)) {
                registry.push(ours.data.root(), NAME, "tree:1");
            }
            String container = berth.must("run", "-d", image, "sleep", "1000");
            long pid = berth.get("/containers/" + container).path("pid").asLong();
            Map<String, TreeScan.Node> actual = scan(berth, "/proc/" + pid + "/root");
            Map<String, TreeScan.Node> expected = umoci(berth);
            // What is mounted in a container hides what the image has there.
            expected.keySet().removeIf(path -> isMounted(path) && !actual.containsKey(path));
            assertTrue(actual.size() > 60, actual.keySet().toString());
            assertEquals("", String.join("\n", TreeComparator.differences(expected, actual, Layered.UMOCI_TIMES)));
        }
    }

    @Test
    void skopeoReadsTheStoreOfTheService() throws Exception {
        Need.program("skopeo");
        try (Berth berth = new Berth();
                RealRegistry registry = RealRegistry.start(temp.resolve("registry"))) {
            try (TestImage ours = image("ours", Layered.OPAQUE)) {
                registry.push(ours.data.root(), NAME, "tree:1");
            }
            String image = registry.domain() + "/tree:1";
            berth.must("pull", image);
            String digest = berth.get("/images").get(0).path("digest").asText();
            // In U1: as root the store is another user's.
            String said = new String(
                    inside(berth, "skopeo", "inspect", "oci:" + berth.dataDirectory() + ":" + image),
                    StandardCharsets.UTF_8);
            assertTrue(said.contains("\"Digest\": \"" + digest + "\""), said);
        }
    }

    private TestImage image(String directory, String opaque) throws Exception {
        TestImage image = new TestImage(temp.resolve(directory));
        image.layer(Busybox.layer());
        // All that Berth mounts on or makes, so that nothing has to be made by it.
        image.layer(new TarBuilder()
                .directory("dev/")
                .directory("proc/")
                .directory("sys/")
                .directory("etc/")
                .file("etc/hosts", "")
                .file("etc/hostname", "")
                .file("etc/resolv.conf", "")
                .symlink("etc/mtab", "/proc/mounts"));
        Layered.image(opaque).forEach(image::layer);
        image.tag(NAME);
        return image;
    }

    private static boolean isMounted(String path) {
        return List.of("dev", "proc", "sys", "etc/hosts", "etc/hostname", "etc/resolv.conf")
                .contains(path);
    }

    private Map<String, TreeScan.Node> umoci(Berth berth) throws Exception {
        Path work = Files.createDirectory(temp.resolve("work"));
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (TestImage theirs = image("theirs", Layered.UMOCI_OPAQUE)) {
            run("skopeo", "copy", "-q", "oci:" + theirs.data.root() + ":" + NAME, "oci:" + temp.resolve("copy") + ":1");
        }
        run("chmod", "-R", "a+rX", temp.resolve("copy").toString());
        inside(
                berth,
                "umoci",
                "unpack",
                "--image",
                temp.resolve("copy") + ":1",
                work.resolve("bundle").toString());
        try {
            return scan(berth, work.resolve("bundle/rootfs").toString());
        } finally {
            inside(berth, "rm", "-rf", work.resolve("bundle").toString());
        }
    }

    private static Map<String, TreeScan.Node> scan(Berth berth, String tree) throws Exception {
        return TreeScan.parse(inside(
                berth,
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Djna.tmpdir=/tmp",
                "-cp",
                System.getProperty("java.class.path"),
                TreeScan.class.getName(),
                tree));
    }

    /** Runs a program as root of the user namespace in which the service lives, where every owner has its number. */
    private static byte[] inside(Berth berth, String... command) throws Exception {
        List<String> all =
                new ArrayList<>(List.of("nsenter", "--user", "--target", Long.toString(berth.servicePid()), "--"));
        all.addAll(Arrays.asList(command));
        return run(all.toArray(new String[0]));
    }

    private static byte[] run(String... command) throws Exception {
        Path errors = Files.createTempFile("tree", ".err");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            process.getOutputStream().close();
            byte[] output = process.getInputStream().readAllBytes();
            assertEquals(0, process.waitFor(), () -> {
                try {
                    return String.join(" ", command) + ": " + Files.readString(errors)
                            + new String(output, StandardCharsets.UTF_8);
                } catch (java.io.IOException unreadable) {
                    return unreadable.toString();
                }
            });
            return output;
        } finally {
            Files.delete(errors);
        }
    }
}
