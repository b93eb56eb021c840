package dev.berth.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpServerResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.function.Supplier;

/** Answers without an end of their own. The writing thread is interrupted when the client goes. */
@ApplicationScoped
public class Streams {
    private final ObjectMapper json;

    Streams(ObjectMapper json) {
        this.json = json;
    }

    /** What a stream does: writes until it is interrupted or done. */
    @FunctionalInterface
    interface Body {
        void write(Out out) throws InterruptedException;
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

        void json(Object value) {
            try {
                bytes(json.writeValueAsBytes(value));
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
        Writer waiter = new Writer(Thread.currentThread());
        response.closeHandler(gone -> waiter.interrupt());
        try {
            return answer.get();
        } finally {
            waiter.finish();
        }
    }

    StreamingOutput of(HttpServerResponse response, Body body) {
        return output -> {
            Writer writer = new Writer(Thread.currentThread());
            response.closeHandler(gone -> writer.interrupt());
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
            } finally {
                writer.finish();
            }
        };
    }

    /** The writing thread, as long as it writes: afterwards it is its pool's again and no interrupt may reach it. */
    private static final class Writer {
        private final Thread thread;
        private boolean finished;

        private Writer(Thread thread) {
            this.thread = thread;
        }

        synchronized void interrupt() {
            if (!finished) {
                thread.interrupt();
            }
        }

        synchronized void finish() {
            finished = true;
            Thread.interrupted();
        }
    }
}
