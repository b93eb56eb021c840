package dev.berth.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;

/**
 * The whole state of a service: what its API says of containers, images, volumes and forwards, and every file of its data directory with
 * size and time. Two that are equal mean that nothing happened between them.
 */
final class Fingerprint {
    private Fingerprint() {}

    static Map<String, String> of(Berth berth) throws Exception {
        Map<String, String> state = new TreeMap<>();
        for (String list : new String[] {"/containers?all=true", "/images", "/volumes", "/images/pulls"}) {
            JsonNode array = berth.get(list);
            array.forEach(one -> state.put(
                    list + " " + one.path("id").asText(one.path("name").asText()), one.toString()));
        }
        state.put("/ports", berth.get("/ports").path("forwards").toString());
        Files.walkFileTree(berth.dataDirectory(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return visitFile(directory, attributes);
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                // What is deleted is deleted in the background, after earlier tests too.
                if (!file.toString().contains("/trash")) {
                    state.put(file.toString(), attributes.size() + " " + attributes.lastModifiedTime());
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE; // of a subordinate id
            }
        });
        return state;
    }
}
