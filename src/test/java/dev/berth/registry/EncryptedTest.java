package dev.berth.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Reference;
import dev.berth.registry.Trial.Sink;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Registries that are not on loopback: TLS, always, and a proxy where the environment names one. */
@Timeout(60)
class EncryptedTest {
    private static final byte[] LAYER = Trial.random(100_000);
    private static final Descriptor DESCRIPTOR = Trial.layer(LAYER);
    private static final Reference NAME = Reference.parse("registry.example/x");

    @TempDir
    Path temp;

    private final Vertx vertx = Vertx.vertx();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private ServerSocket proxy;
    private HttpServer server;
    private PfxOptions certificate;
    /** Where every name leads. */
    private int target;

    @BeforeEach
    void serve() throws Exception {
        Path store = temp.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "x",
                        "-dname",
                        "CN=registry.example",
                        "-ext",
                        "san=dns:registry.example",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "password",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        assertEquals(0, keytool.waitFor(), () -> "keytool failed");
        certificate = new PfxOptions().setPath(store.toString()).setPassword("password");
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setPfxKeyCertOptions(certificate)
                        .setHost("127.0.0.1"))
                .requestHandler(request -> {
                    if (request.path().startsWith("/v2/x/blobs/")) {
                        request.response().end(Buffer.buffer(LAYER));
                    } else {
                        request.response()
                                .setStatusCode(302)
                                .putHeader("Location", "http://127.0.0.1:1/x")
                                .end();
                    }
                })
                .listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        target = server.actualPort();
        proxy = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        start(this::accept);
    }

    @AfterEach
    void close() throws Exception {
        proxy.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private Registry client(HttpClientOptions trust) {
        Proxies proxies = Proxies.of(Map.of("https_proxy", "http://me:pw@127.0.0.1:" + proxy.getLocalPort()));
        return new Registry(vertx, Trial.NOBODY, Limits.DEFAULT, proxies, trust);
    }

    @Test
    void anEncryptedRegistryIsReachedThroughTheProxy() {
        Sink sink = new Sink(DESCRIPTOR);
        try (Registry client = client(new HttpClientOptions().setPfxTrustOptions(certificate))) {
            client.fetchBlob(NAME, DESCRIPTOR, sink, new Cancellation());
        }
        assertArrayEquals(LAYER, sink.bytes.toByteArray());
        assertTrue(asked.get(0).startsWith("CONNECT registry.example:443 "), asked::toString);
        assertTrue(asked.stream().anyMatch(line -> line.toLowerCase().startsWith("proxy-authorization: basic ")));
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefusedAtOnce() {
        try (Registry client = client(new HttpClientOptions())) {
            String said = assertThrows(
                            RegistryException.Unreachable.class,
                            () -> client.fetchBlob(NAME, DESCRIPTOR, new Sink(DESCRIPTOR), new Cancellation()))
                    .getMessage();
            assertTrue(said.startsWith("cannot reach registry registry.example: TLS failed"), said);
            assertTrue(said.contains("of an issuer that Java does not know here"), said);
        }
        assertEquals(
                1, asked.stream().filter(line -> line.startsWith("CONNECT")).count());
    }

    @Test
    void aCertificateForAnotherNameIsRefused() {
        try (Registry client = client(new HttpClientOptions().setPfxTrustOptions(certificate))) {
            Reference other = Reference.parse("other.example/x");
            String said = assertThrows(
                            RegistryException.Unreachable.class,
                            () -> client.fetchBlob(other, DESCRIPTOR, new Sink(DESCRIPTOR), new Cancellation()))
                    .getMessage();
            assertTrue(said.contains("TLS failed: its certificate is for another host name"), said);
        }
    }

    @Test
    void aServerThatSpeaksPlainHttpIsSaidWithoutWhatItSent() throws Exception {
        HttpServer plain = vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                .requestHandler(request -> request.response().end())
                .listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        assertEquals(
                "it answers without TLS, as for plain HTTP; check its address and port",
                tlsFailure(plain.actualPort()));
    }

    @Test
    void aServerThatEndsTheConnectionIsSaid() throws Exception {
        try (FaultyRegistry mute = new FaultyRegistry()) {
            assertEquals("the other side ended the connection; check its address and port", tlsFailure(mute.port()));
        }
    }

    private String tlsFailure(int port) {
        target = port;
        try (Registry client = client(new HttpClientOptions())) {
            String said = assertThrows(
                            RegistryException.Unreachable.class,
                            () -> client.fetchBlob(NAME, DESCRIPTOR, new Sink(DESCRIPTOR), new Cancellation()))
                    .getMessage();
            String beginning = "cannot reach registry registry.example: TLS failed: ";
            assertTrue(said.startsWith(beginning), said);
            return said.substring(beginning.length());
        }
    }

    /** As Java wraps it; of a certificate that a test trusts itself it does not ask how old it is. */
    @Test
    void anExpiredCertificateIsSaid() {
        Exception checked =
                new CertPathValidatorException("validity check failed", new CertificateExpiredException("x"));
        Exception failure = new SSLHandshakeException("Failed to create SSL connection");
        failure.initCause(new CertificateException("PKIX path validation failed", checked));
        String said =
                Transport.failure(TransportException.Stage.CONNECT, failure).getMessage();
        assertTrue(said.startsWith("TLS failed: its certificate has expired; "), said);
    }

    @Test
    void aNameThatJavaAcceptsNoCertificateForIsSaid() {
        Exception illegal = new IllegalArgumentException("Contains non-LDH ASCII characters");
        Exception failure = new SSLHandshakeException("Failed to create SSL connection");
        failure.initCause(new CertificateException("Illegal given domain name: my_bucket.example", illegal));
        String said =
                Transport.failure(TransportException.Stage.CONNECT, failure).getMessage();
        assertTrue(said.startsWith("TLS failed: Java accepts no certificate for a host name with an underscore"), said);
    }

    @Test
    void whatTheOtherSideSaysInAHandshakeReachesNoTerminal() {
        Exception failure = new SSLHandshakeException("alert \u001b[31m" + "x".repeat(1000));
        String said =
                Transport.failure(TransportException.Stage.CONNECT, failure).getMessage();
        assertTrue(said.startsWith("TLS failed: alert ?[31mxxx") && said.length() < 200, said);
    }

    @Test
    void encryptionIsNotGivenUpByARedirect() {
        try (Registry client = client(new HttpClientOptions().setPfxTrustOptions(certificate))) {
            String said = assertThrows(
                            RegistryException.BadAnswer.class,
                            () -> client.ping("registry.example", new Cancellation()))
                    .getMessage();
            assertTrue(said.contains("plain HTTP, which is not followed"), said);
        }
    }

    @Test
    void theProxyIsForOthersOnly() {
        Proxies proxies =
                Proxies.of(Map.of("HTTPS_PROXY", "proxy:3128", "NO_PROXY", "corp.example, .inner.example,10.0.0.1"));
        assertTrue(proxies.forOrigin(Origin.ofDomain("docker.io")).isPresent());
        for (String direct :
                List.of("localhost:5000", "corp.example", "a.corp.example:5000", "a.inner.example", "10.0.0.1")) {
            assertFalse(proxies.forOrigin(Origin.ofDomain(direct)).isPresent(), direct);
        }
        assertTrue(proxies.forOrigin(Origin.ofDomain("othercorp.example")).isPresent());
        assertFalse(Proxies.of(Map.of("HTTPS_PROXY", "::::"))
                .forOrigin(Origin.ofDomain("docker.io"))
                .isPresent());
    }

    /** Leads every name to the one server. */
    private void accept() {
        while (!proxy.isClosed()) {
            try {
                Socket client = proxy.accept();
                start(() -> tunnel(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void tunnel(Socket client) {
        try (client;
                Socket target = new Socket("127.0.0.1", this.target)) {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = client.getInputStream().read();
                if (next < 0) {
                    return;
                }
                head.append((char) next);
            }
            asked.addAll(head.toString().lines().toList());
            client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            start(() -> copy(client, target));
            copy(target, client);
        } catch (IOException gone) {
            // the test is over
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException gone) {
            // the test is over
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
