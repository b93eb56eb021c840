package dev.berth.e2e;

import dev.berth.rootfs.Need;
import dev.berth.rootfs.TarBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The base layer of the end-to-end tests' images: the machine's own static busybox, its applets, and a few accounts. */
public final class Busybox {
    private static final Path PROGRAM = Path.of("/bin/busybox");

    private Busybox() {}

    public static TarBuilder layer() throws IOException, InterruptedException {
        Need.that(Files.isExecutable(PROGRAM), "this test needs a static /bin/busybox (package busybox-static)");
        TarBuilder tar = new TarBuilder()
                .directory("./", m -> m.mode(0755))
                .directory("bin/")
                .file("bin/busybox", Files.readAllBytes(PROGRAM), m -> m.mode(0755))
                .file("bin/su", Files.readAllBytes(PROGRAM), m -> m.mode(04755))
                .directory("etc/")
                .file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1000::/home/guest:/bin/sh\n")
                .file("etc/group", "root:x:0:\nguest:x:1000:\nstaff:x:50:guest\n")
                .file("etc/shadow", "root:*::0:::::\nguest:*::0:::::\n", m -> m.mode(0600))
                .directory("home/")
                .directory("home/guest/", m -> m.mode(0750).owner(1000, 1000))
                .directory("root/", m -> m.mode(0700))
                .directory("tmp/", m -> m.mode(01777))
                .directory("var/")
                .directory("usr/");
        for (String applet : applets()) {
            if (!List.of("busybox", "su").contains(applet)) {
                tar.symlink("bin/" + applet, "busybox");
            }
        }
        return tar;
    }

    private static List<String> applets() throws IOException, InterruptedException {
        Process list = new ProcessBuilder(PROGRAM.toString(), "--list").start();
        String names = new String(list.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        list.waitFor();
        return names.lines().toList();
    }
}
