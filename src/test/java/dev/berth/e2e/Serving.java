package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.rootfs.Need;
import dev.berth.rootfs.TarBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Containers that serve: pages on port 80, where {@code /cgi-bin/who} tells the client's address, and what they are sent on TCP and
 * UDP port 7, by the machine's own Java.
 */
final class Serving implements AutoCloseable {
    static final int PAGES = 80;
    static final int ECHO = TestHost.ECHO;
    private static final ObjectMapper JSON = new ObjectMapper();

    final Stage stage = new Stage();
    final Berth berth = stage.berth;
    private final String image;

    Serving() throws Exception {
        image = stage.push("serving:1", made -> made.layer(layer()));
        berth.must("pull", image);
    }

    private static TarBuilder layer() {
        TarBuilder tar = new TarBuilder().directory("opt/").directory("opt/dev/berth/e2e/");
        for (String name : List.of("TestHostServer", "TestHostServer$Work", "TestHostServer$Reply")) {
            try (InputStream in = Serving.class.getResourceAsStream(name + ".class")) {
                tar.file("opt/dev/berth/e2e/" + name + ".class", in.readAllBytes(), m -> m.mode(0644));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return tar.directory("srv/")
                .directory("srv/cgi-bin/")
                .file("srv/index.html", "hello from a container\n")
                .file("srv/cgi-bin/who", "#!/bin/sh\necho; echo $REMOTE_ADDR\n".getBytes(), m -> m.mode(0755));
    }

    /** Starts one and waits until it serves from within. @param options of {@code run} */
    void run(String name, String... options) throws Exception {
        launch("run -d", name, options);
        awaitServers(name);
    }

    void create(String name, String... options) throws Exception {
        launch("create", name, options);
    }

    private void launch(String verb, String name, String... options) throws Exception {
        String java = Path.of(System.getProperty("java.home")).toRealPath().toString();
        Need.that(Files.isDirectory(Path.of("/usr/lib")) && java.startsWith("/usr/"), "this test needs a Java in /usr");
        List<String> words = new ArrayList<>(List.of(verb.split(" ")));
        words.addAll(List.of("--name", name, "-v", "/usr:/usr:ro"));
        for (String directory : List.of("/lib", "/lib64", "/etc/java-17-openjdk")) {
            if (Files.isDirectory(Path.of(directory))) {
                words.addAll(List.of("-v", directory + ":" + directory + ":ro"));
            }
        }
        words.addAll(List.of(options));
        String serve = "httpd -p 80 -h /srv; exec " + java
                + "/bin/java -Xmx64m -XX:TieredStopAtLevel=1 -cp /opt dev.berth.e2e.TestHostServer 0.0.0.0";
        words.addAll(List.of(image, "/bin/sh", "-c", serve));
        berth.must(words.toArray(String[]::new));
    }

    /** Until its Java has come up, which takes a second. */
    void awaitServers(String name) throws Exception {
        Await.until(
                "container " + name + " serves",
                60,
                () -> berth.must("logs", name).contains("ready"));
    }

    JsonNode inspect(String name) throws Exception {
        return berth.get("/containers/" + name);
    }

    /** Forwards a port. @param host null = a free one @return the one of this machine */
    int add(String name, Integer host, int inside, String protocol) throws Exception {
        HttpResponse<String> response =
                berth.api("POST", "/containers/" + name + "/ports", body(null, host, inside, protocol));
        assertEquals(201, response.statusCode(), response.body());
        return JSON.readTree(response.body()).path("hostPort").asInt();
    }

    static String body(String address, Object host, Object inside, String protocol) throws IOException {
        return JSON.writeValueAsString(JSON.createObjectNode()
                .put("hostAddress", address)
                .putPOJO("hostPort", host)
                .putPOJO("containerPort", inside)
                .put("protocol", protocol));
    }

    void removePort(String name, String protocol, int host) throws Exception {
        assertEquals(
                204,
                berth.api("DELETE", "/containers/" + name + "/ports/" + protocol + "/" + host, null)
                        .statusCode());
    }

    /** The forward of a container that has this port of the machine. */
    JsonNode port(String name, int host) throws Exception {
        for (JsonNode port : inspect(name).path("ports")) {
            if (port.path("hostPort").asInt() == host) {
                return port;
            }
        }
        throw new AssertionError("container " + name + " has no port " + host + ": " + inspect(name));
    }

    @Override
    public void close() throws Exception {
        stage.close();
    }
}
