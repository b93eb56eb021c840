package dev.berth.registry;

import dev.berth.oci.MediaType;
import dev.berth.registry.TransportException.Stage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One answer being read by a blocking thread. The event loop delivers only what was asked for (fetch), so that no more
 * than a few buffers are ever held, however slow the reader is. Closing before the end closes the connection.
 */
final class Exchange implements AutoCloseable {

    private static final int BUFFERS_AHEAD = 4;
    private static final int DRAIN_BYTES = 64 << 10;
    private static final Duration DRAIN_TIME = Duration.ofMillis(200);

    private sealed interface Event {}

    private record Data(Buffer bytes) implements Event {}

    private record End() implements Event {}

    private record Failure(Throwable cause) implements Event {}

    private final HttpClientRequest request;
    private final HttpClientResponse response;
    private final Limits limits;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Cancellation.Registration registration;
    private final Cancellation cancellation;
    private boolean ended;
    private long waited;
    private long arrived;

    /** Must be called on the response's event loop, before any of the body was delivered. */
    Exchange(HttpClientRequest request, HttpClientResponse response, Limits limits, Cancellation cancellation) {
        this.request = request;
        this.response = response;
        this.limits = limits;
        this.cancellation = cancellation;
        response.pause();
        response.exceptionHandler(cause -> events.add(new Failure(cause)));
        response.endHandler(end -> events.add(new End()));
        response.handler(bytes -> events.add(new Data(bytes)));
        response.fetch(BUFFERS_AHEAD);
        this.registration = cancellation.onCancel(() -> events.add(new Failure(new RegistryException.Cancelled())));
    }

    int status() {
        return response.statusCode();
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(response.getHeader(name));
    }

    List<String> headers(String name) {
        return response.headers().getAll(name);
    }

    Optional<MediaType> contentType() {
        return header("Content-Type").map(MediaType::new);
    }

    /** Empty when absent or unreadable. */
    OptionalLong contentLength() {
        return header("Content-Length")
                .filter(value -> value.matches("[0-9]{1,18}"))
                .map(value -> OptionalLong.of(Long.parseLong(value)))
                .orElse(OptionalLong.empty());
    }

    /**
     * The next bytes of the body; empty at its end.
     *
     * @throws TransportException when the connection breaks, stalls, or is slower than {@link Limits} bear
     */
    Optional<Buffer> read() throws TransportException {
        if (ended) {
            return Optional.empty();
        }
        Event event = next();
        cancellation.check();
        if (event instanceof Data data) {
            arrived += data.bytes().length();
            response.fetch(1);
            return Optional.of(data.bytes());
        }
        if (event instanceof Failure failure) {
            throw Transport.failure(Stage.EXCHANGE, failure.cause());
        }
        ended = true;
        return Optional.empty();
    }

    private Event next() throws TransportException {
        Event ready = events.poll();
        if (ready != null) {
            return ready;
        }
        long start = System.nanoTime();
        try {
            Event event = events.poll(limits.stall().toNanos(), TimeUnit.NANOSECONDS);
            waited += System.nanoTime() - start;
            if (event == null) {
                throw new TransportException(
                        Stage.EXCHANGE,
                        "it sent nothing for " + seconds(limits.stall()) + " in the middle of an answer");
            }
            checkPace();
            return event;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException.Cancelled();
        }
    }

    /** Only time spent waiting counts, so a slow disk on our side is not held against the registry. */
    private void checkPace() throws TransportException {
        if (waited < limits.slowWindow().toNanos()) {
            return;
        }
        if (arrived < limits.slowBytes()) {
            throw new TransportException(
                    Stage.EXCHANGE, "it sent only " + arrived + " bytes in " + seconds(limits.slowWindow()));
        }
        waited = 0;
        arrived = 0;
    }

    private static String seconds(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    /** The whole body. @throws RegistryException.BadAnswer when it is longer than the limit */
    byte[] readAll(String host, int limit) throws TransportException {
        if (contentLength().orElse(0) > limit) {
            throw tooLong(host, limit);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Optional<Buffer> bytes = read(); bytes.isPresent(); bytes = read()) {
            if (body.size() + bytes.get().length() > limit) {
                throw tooLong(host, limit);
            }
            body.writeBytes(bytes.get().getBytes());
        }
        return body.toByteArray();
    }

    private static RegistryException tooLong(String host, int limit) {
        return new RegistryException.BadAnswer(host, "a document is longer than " + (limit >> 20) + " MiB");
    }

    /** Takes a short body that nobody needs, so that the connection can be used again; gives up where it is not there at once. */
    void drain() {
        long end = System.nanoTime() + DRAIN_TIME.toNanos();
        int left = DRAIN_BYTES;
        try {
            while (!ended && left > 0) {
                Event event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (!(event instanceof Data data)) {
                    ended = event instanceof End;
                    return;
                }
                left -= data.bytes().length();
                response.fetch(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        registration.close();
        if (!ended) {
            request.reset();
        }
    }
}
