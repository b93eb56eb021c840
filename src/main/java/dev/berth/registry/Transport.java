package dev.berth.registry;

import dev.berth.registry.TransportException.Stage;
import io.netty.handler.proxy.ProxyConnectException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Sends one request and waits for the head of its answer: no authentication, no redirects, no retry. To be called from
 * plain threads, never from one of Vert.x.
 */
final class Transport implements AutoCloseable {

    private final HttpClient client;
    private final Limits limits;
    private final Proxies proxies;

    Transport(Vertx vertx, Limits limits, Proxies proxies, HttpClientOptions options) {
        this.limits = limits;
        this.proxies = proxies;
        HttpClientOptions all = new HttpClientOptions(options)
                .setConnectTimeout((int) limits.connect().toMillis())
                .setSslHandshakeTimeout(limits.head().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setDecompressionSupported(false)
                .setMaxHeaderSize(32 << 10)
                .setKeepAliveTimeout(30);
        this.client = vertx.httpClientBuilder()
                .with(all)
                .with(new PoolOptions().setHttp1MaxSize(limits.blobsAtOnce() + 4))
                // a failure reaches whoever waits for the answer; Vert.x would log it as an error as well
                .withConnectHandler(connection -> connection.exceptionHandler(failure -> {}))
                .build();
    }

    /** @param body may be empty */
    Exchange send(HttpMethod method, URI uri, Map<String, String> headers, Buffer body, Cancellation cancellation)
            throws TransportException {
        cancellation.check();
        Origin origin = Origin.of(uri);
        HttpClientRequest request = connect(method, uri, origin, cancellation);
        // said by the future of the answer; without a handler Vert.x logs it as well
        request.exceptionHandler(failure -> {});
        headers.forEach(request::putHeader);
        request.putHeader("Host", origin.authority());
        request.putHeader("User-Agent", "berth");
        Future<Exchange> answer =
                request.response().map(response -> new Exchange(request, response, limits, cancellation));
        if (body.length() == 0) {
            request.end();
        } else {
            request.end(body);
        }
        try {
            return await(answer, limits.head(), Stage.EXCHANGE, cancellation);
        } catch (TransportException | RuntimeException e) {
            request.reset();
            answer.onSuccess(Exchange::close);
            throw e;
        }
    }

    /** Tries every address of the host: a name may have an IPv6 address that leads nowhere from here. */
    private HttpClientRequest connect(HttpMethod method, URI uri, Origin origin, Cancellation cancellation)
            throws TransportException {
        RequestOptions options = options(method, uri, origin);
        Optional<ProxyOptions> proxy = proxies.forOrigin(origin);
        if (proxy.isPresent()) {
            // the proxy looks the name up: here it may not even be known
            return connect(options.setProxyOptions(proxy.get()), cancellation);
        }
        TransportException last = null;
        for (InetAddress address : addresses(origin.host())) {
            try {
                InetSocketAddress server = new InetSocketAddress(address, origin.port());
                return connect(options.setServer(SocketAddress.inetSocketAddress(server)), cancellation);
            } catch (TransportException e) {
                last = e;
            }
        }
        throw last;
    }

    private HttpClientRequest connect(RequestOptions options, Cancellation cancellation) throws TransportException {
        Future<HttpClientRequest> connected = client.request(new RequestOptions(options));
        try {
            // waiting for a free connection of the pool counts too, hence more than the time to connect
            return await(connected, limits.connect().plus(limits.head()), Stage.CONNECT, cancellation);
        } catch (TransportException | RuntimeException e) {
            connected.onSuccess(HttpClientRequest::reset);
            throw e;
        }
    }

    private static RequestOptions options(HttpMethod method, URI uri, Origin origin) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new RequestOptions()
                .setMethod(method)
                .setSsl(origin.isHttps())
                .setHost(origin.host())
                .setPort(origin.port())
                .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
                .setFollowRedirects(false);
    }

    private static InetAddress[] addresses(String host) throws TransportException {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new TransportException(Stage.CONNECT, "no such host; check its name and your network", e);
        }
    }

    private static <T> T await(Future<T> future, Duration time, Stage stage, Cancellation cancellation)
            throws TransportException {
        CompletableFuture<T> result = future.toCompletionStage().toCompletableFuture();
        try (var registration =
                cancellation.onCancel(() -> result.completeExceptionally(new RegistryException.Cancelled()))) {
            return result.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new TransportException(stage, "no answer within " + time.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw failure(stage, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException.Cancelled();
        }
    }

    /** Says in a few words what broke. @throws RegistryException.Cancelled when it was us */
    static TransportException failure(Stage stage, Throwable cause) {
        if (cause instanceof RegistryException.Cancelled cancelled) {
            throw cancelled;
        }
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof SSLException) {
                return new TransportException(Stage.HANDSHAKE, "TLS failed: " + TlsFailure.sentence(t), cause);
            }
            if (t instanceof ProxyConnectException) {
                return new TransportException(
                        stage, "the proxy of HTTPS_PROXY refuses (" + t.getMessage() + ")", cause);
            }
            if (t instanceof NoRouteToHostException) {
                return new TransportException(stage, "no route to it; check your network", cause);
            }
            if (t instanceof ConnectException connect) {
                return new TransportException(stage, refusal(connect), cause);
            }
        }
        return new TransportException(
                stage, stage == Stage.CONNECT ? "the connection failed" : "the connection broke off", cause);
    }

    private static String refusal(ConnectException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("refused")) {
            return "connection refused; check its name and that it runs";
        }
        return message.contains("unreachable") ? "network unreachable; check your network" : "connecting timed out";
    }

    @Override
    public void close() {
        client.close();
    }
}
