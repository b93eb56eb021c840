package dev.berth.cli.demo;

import dev.berth.oci.DiffId;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.oci.Platform;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A small system of busybox: the programs in one layer, what a user expects to find around them in another. */
record DemoImage(Blob manifest, Blob config, List<Blob> layers) {

    private static final String CREATED = "2026-01-01T00:00:00Z";
    private static final String PROFILE = """
            export PS1='\\u@\\h:\\w\\$ '
            alias ll='ls -l'
            echo 'This is a container of Berth, made of the busybox of your own machine.'
            echo 'Look around: id, ps, mount, ip addr, vi /etc/motd. Leave with: exit'
            """;

    static DemoImage of(Busybox busybox) {
        List<byte[]> tars = List.of(programs(busybox), surroundings());
        List<Blob> layers = tars.stream()
                .map(tar -> new Blob(MediaType.OCI_LAYER_GZIP, LayerTar.gzip(tar)))
                .toList();
        List<DiffId> diffIds = tars.stream().map(Digest::of).map(DiffId::new).toList();
        Blob config = new Blob(MediaType.OCI_CONFIG, utf8(config(diffIds)));
        return new DemoImage(new Blob(MediaType.OCI_MANIFEST, utf8(manifest(config, layers))), config, layers);
    }

    private static byte[] programs(Busybox busybox) {
        LayerTar tar = new LayerTar();
        Stream.of("bin", "sbin", "usr", "usr/bin", "usr/sbin").forEach(path -> tar.directory(path, 0755));
        tar.file("bin/busybox", 0755, busybox.program());
        busybox.commands().forEach(command -> tar.link(command, "/bin/busybox"));
        return tar.finish();
    }

    private static byte[] surroundings() {
        LayerTar tar = new LayerTar();
        Stream.of("dev", "etc", "home", "mnt", "proc", "run", "srv", "sys", "var", "var/log")
                .forEach(path -> tar.directory(path, 0755));
        tar.directory("root", 0700).directory("tmp", 01777).directory("var/tmp", 01777);
        tar.file("etc/passwd", 0644, """
                root:x:0:0:root:/root:/bin/sh
                nobody:x:65534:65534:nobody:/:/bin/false
                """);
        tar.file("etc/group", 0644, "root:x:0:\ntty:x:5:\nusers:x:100:\nnogroup:x:65534:\n");
        tar.file("etc/shadow", 0600, "root:*:20454:0:99999:7:::\nnobody:*:20454:0:99999:7:::\n");
        tar.file("etc/profile", 0644, PROFILE);
        tar.file("etc/shells", 0644, "/bin/sh\n");
        tar.file("etc/motd", 0644, "Edit me.\n");
        tar.file("etc/os-release", 0644, "NAME=\"Berth demo\"\nID=berth-demo\nPRETTY_NAME=\"Berth demo\"\n");
        return tar.finish();
    }

    private static String config(List<DiffId> diffIds) {
        Platform host = Platform.host();
        String variant = host.variant().isEmpty() ? "" : "\"variant\":\"" + host.variant() + "\",";
        String digests = diffIds.stream().map(id -> "\"" + id + "\"").collect(Collectors.joining(","));
        return "{\"created\":\"" + CREATED + "\",\"architecture\":\"" + host.architecture() + "\"," + variant
                + "\"os\":\"linux\",\"config\":{\"Env\":[\"PATH=/usr/sbin:/usr/bin:/sbin:/bin\"],"
                + "\"Cmd\":[\"/bin/sh\",\"-l\"],\"WorkingDir\":\"/root\"},"
                + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + digests + "]},"
                + "\"history\":[{\"created\":\"" + CREATED + "\",\"created_by\":\"busybox of this machine\"},"
                + "{\"created\":\"" + CREATED + "\",\"created_by\":\"directories, /etc\"}]}";
    }

    private static String manifest(Blob config, List<Blob> layers) {
        return "{\"schemaVersion\":2,\"mediaType\":\"" + MediaType.OCI_MANIFEST + "\",\"config\":" + config.json()
                + ",\"layers\":["
                + layers.stream().map(Blob::json).collect(Collectors.joining(",")) + "]}";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Everything but the manifest. */
    List<Blob> blobs() {
        List<Blob> blobs = new ArrayList<>(layers);
        blobs.add(config);
        return blobs;
    }
}
