package dev.berth.dashboard;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The files that pages load, at a path that names their content: {@code /assets/<hash of all>/…}. Browsers keep them for good, and a new
 * build has new paths, also for the modules that import each other.
 */
@ApplicationScoped
@Path("/assets")
public class Assets {
    private static final String FOLDER = "assets";
    private static final Map<String, String> TYPES = Map.of(
            "js", "text/javascript",
            "mjs", "text/javascript",
            "css", "text/css",
            "svg", "image/svg+xml",
            "txt", "text/plain;charset=utf-8");

    private Map<String, byte[]> files;
    private String version;

    /** The path that pages put before a file's name. */
    public synchronized String base() {
        load();
        return "/assets/" + version;
    }

    @GET
    @Path("/{version}/{name:.+}")
    public Response file(String version, String name) {
        byte[] content = content(name);
        if (content == null) {
            return Response.status(Response.Status.NOT_FOUND).build();
        }
        boolean current = base().endsWith(version);
        return Response.ok(content, TYPES.getOrDefault(name.replaceFirst(".*\\.", ""), "application/octet-stream"))
                .header("Cache-Control", current ? "public, max-age=31536000, immutable" : "no-store")
                .build();
    }

    private synchronized byte[] content(String name) {
        load();
        return files.get(name);
    }

    private void load() {
        if (files != null) {
            return;
        }
        URL folder = Assets.class.getResource(FOLDER);
        if (folder == null) {
            throw new IllegalStateException("the build has no files of the dashboard: src/main/web is missing in it");
        }
        try {
            URI place = folder.toURI();
            if (!place.getScheme().equals("jar")) {
                files = read(java.nio.file.Path.of(place));
            } else {
                String jar = place.toString().substring(0, place.toString().indexOf("!/"));
                String inside = place.toString().substring(place.toString().indexOf("!/") + 1);
                try (FileSystem contents = FileSystems.newFileSystem(URI.create(jar), Map.of())) {
                    files = read(contents.getPath(inside));
                }
            }
            version = hash(files);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the files of the dashboard", e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("cannot read the files of the dashboard at " + folder, e);
        }
    }

    private static Map<String, byte[]> read(java.nio.file.Path folder) throws IOException {
        Map<String, byte[]> found = new TreeMap<>();
        try (Stream<java.nio.file.Path> all = Files.walk(folder)) {
            for (java.nio.file.Path file : (Iterable<java.nio.file.Path>) all.filter(Files::isRegularFile)::iterator) {
                try (InputStream in = Files.newInputStream(file)) {
                    found.put(folder.relativize(file).toString().replace('\\', '/'), in.readAllBytes());
                }
            }
        }
        return found;
    }

    private static String hash(Map<String, byte[]> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            files.forEach((name, content) -> {
                digest.update((name + " " + content.length + " ").getBytes(java.nio.charset.StandardCharsets.UTF_8));
                digest.update(content);
            });
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
