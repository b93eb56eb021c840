package dev.berth.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.RealRegistry;
import dev.berth.oci.Descriptor;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import dev.berth.rootfs.TarBuilder;
import dev.berth.rootfs.TestImage;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Debian's docker-registry, open and with names and passwords. */
@Timeout(120)
class RealRegistryTest {
    /** me:secret, by bcrypt. */
    private static final String HTPASSWD = "me:$2y$05$5fAyPbTAwFfvznaW5zET8eR393i/5To6AnnO0SHY8RM/wpTqFzCUS\n";

    @TempDir
    Path temp;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private void image() throws Exception {
        try (TestImage image = new TestImage(temp.resolve("source"))) {
            image.layer(new TarBuilder().file("a", "123")).tag("localhost/x:1");
        }
    }

    private Registry client(String auths) throws Exception {
        Files.createDirectories(temp.resolve("home/.docker"));
        Files.writeString(temp.resolve("home/.docker/config.json"), "{\"auths\":{" + auths + "}}");
        return new Registry(vertx, CredentialFiles.of(temp.resolve("home"), Map.of()), Trial.IMPATIENT);
    }

    @Test
    void anOpenRegistryServesWholeBlobsAndParts() throws Exception {
        image();
        try (RealRegistry server = RealRegistry.start(temp.resolve("registry"));
                Registry client = client("")) {
            server.push(temp.resolve("source"), "localhost/x:1", "me/app:1");
            Reference name = Reference.parse(server.domain() + "/me/app:1");
            Resolved found = client.resolve(name, Platform.host(), new Cancellation());
            assertEquals(found.top(), client.head(name, new Cancellation()).orElseThrow());
            Descriptor layer = found.manifest().layers().get(0);
            Trial.Sink whole = new Trial.Sink(layer);
            client.fetchBlob(name, layer, whole, new Cancellation());
            Trial.Sink rest = new Trial.Sink(layer, Arrays.copyOf(whole.bytes.toByteArray(), 20));
            client.fetchBlob(name, layer, rest, new Cancellation());
            assertEquals(0, rest.restarts);
        }
    }

    @Test
    void aClosedRegistryOpensForWhoHasCredentials() throws Exception {
        image();
        Path users = Files.writeString(temp.resolve("htpasswd"), HTPASSWD);
        try (RealRegistry server = RealRegistry.start(temp.resolve("registry"), users.toString())) {
            server.push(temp.resolve("source"), "localhost/x:1", "me/app:1", "--dest-creds", "me:secret");
            Reference name = Reference.parse(server.domain() + "/me/app:1");
            try (Registry nobody = client("")) {
                String said = assertThrows(
                                RegistryException.Unauthorised.class,
                                () -> nobody.resolve(name, Platform.host(), new Cancellation()))
                        .getMessage();
                assertTrue(said.contains("not found or private"), said);
            }
            try (Registry wrong = client(auth(server, "me:wrong"))) {
                String said = assertThrows(
                                RegistryException.Unauthorised.class,
                                () -> wrong.resolve(name, Platform.host(), new Cancellation()))
                        .getMessage();
                assertTrue(said.contains("user me may not read it"), said);
            }
            try (Registry me = client(auth(server, "me:secret"))) {
                assertEquals(
                        List.of("sh"),
                        me.resolve(name, Platform.host(), new Cancellation())
                                .config()
                                .config()
                                .command());
            }
        }
    }

    private static String auth(RealRegistry server, String pair) {
        String encoded = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        return "\"" + server.domain() + "\":{\"auth\":\"" + encoded + "\"}";
    }
}
