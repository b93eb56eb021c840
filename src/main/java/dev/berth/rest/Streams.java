package dev.berth.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpServerResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Answers without an end of their own, each with a thread. The thread is interrupted when the client goes. There are fewer of them than
 * the pool has threads: those who only wait must not keep out the one who would end what they wait for.
 */
@ApplicationScoped
public class Streams {
    private static final int FRAME_HEAD = 5;

    private final ObjectMapper json;
    private final int most;
    private final Semaphore places;

    Streams(ObjectMapper json, @ConfigProperty(name = "quarkus.thread-pool.max-threads") int threads) {
        this.json = json;
        this.most = threads - threads / 8;
        this.places = new Semaphore(most);
    }

    /** What a stream does: writes until it is interrupted or done. */
    @FunctionalInterface
    interface Body {
        void write(Out out) throws InterruptedException;
    }

    /** What writes JSON piece by piece. */
    @FunctionalInterface
    interface Pieces {
        void write(JsonGenerator json) throws IOException;
    }

    /** Where it writes. What is written arrives at {@link #flush}. */
    final class Out {
        private final OutputStream stream;

        private Out(OutputStream stream) {
            this.stream = new BufferedOutputStream(stream, 16 * 1024);
        }

        void bytes(byte[] bytes) {
            try {
                stream.write(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** As a socket's frame: the opcode, the length as four bytes, big-endian, and the bytes. */
        void frame(int opcode, byte[] bytes) {
            bytes(ByteBuffer.allocate(FRAME_HEAD)
                    .put((byte) opcode)
                    .putInt(bytes.length)
                    .array());
            bytes(bytes);
        }

        void json(Object value) {
            try {
                bytes(json.writeValueAsBytes(value));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** What is too large to be a value. */
        void json(Pieces pieces) {
            try (JsonGenerator generator = json.getFactory().createGenerator(stream)) {
                generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
                pieces.write(generator);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void jsonLine(Object value) {
            json(value);
            bytes(new byte[] {'\n'});
        }

        /** For those who write bytes themselves. */
        OutputStream stream() {
            return stream;
        }

        void flush() {
            try {
                stream.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** An answer that may take for ever: when the client goes, the thread that waits for it is interrupted. */
    <T> T whileConnected(HttpServerResponse response, Supplier<T> answer) {
        Writer waiter = begin(response);
        try {
            return answer.get();
        } finally {
            end(waiter);
        }
    }

    StreamingOutput of(HttpServerResponse response, Body body) {
        return output -> {
            Writer writer = begin(response);
            try {
                Out out = new Out(output);
                body.write(out);
                out.flush();
            } catch (InterruptedException e) {
                return; // the client has gone
            } catch (UncheckedIOException e) {
                if (!response.closed()) {
                    throw e.getCause();
                }
            } catch (RuntimeException e) {
                if (!writer.isClientGone()) {
                    throw e; // else it failed for that
                }
            } finally {
                end(writer);
            }
        };
    }

    private Writer begin(HttpServerResponse response) {
        if (!places.tryAcquire()) {
            throw Refused.tooMany(most + " requests wait or are streams already; end some of them");
        }
        Writer writer = new Writer(Thread.currentThread());
        response.closeHandler(gone -> writer.interrupt());
        if (response.closed()) {
            writer.interrupt(); // gone before there was a handler
        }
        return writer;
    }

    private void end(Writer writer) {
        writer.finish();
        places.release();
    }

    /** The writing thread, as long as it writes: afterwards it is its pool's again and no interrupt may reach it. */
    private static final class Writer {
        private final Thread thread;
        private boolean finished;
        private boolean clientGone;

        private Writer(Thread thread) {
            this.thread = thread;
        }

        synchronized void interrupt() {
            clientGone = true;
            if (!finished) {
                thread.interrupt();
            }
        }

        synchronized boolean isClientGone() {
            return clientGone;
        }

        synchronized void finish() {
            finished = true;
            Thread.interrupted();
        }
    }
}
