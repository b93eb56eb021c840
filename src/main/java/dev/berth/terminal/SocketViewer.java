package dev.berth.terminal;

import dev.berth.container.Attachment;
import dev.berth.container.ContainerException;
import dev.berth.container.Viewer;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** One WebSocket at one program: the viewer's calls become frames, the client's frames become input. Bytes are never decoded as text. */
final class SocketViewer implements Viewer {
    private static final System.Logger LOG = System.getLogger(SocketViewer.class.getName());

    /** Acknowledgements come frame by frame, and a slow client's are to come often enough to count as signs of life. */
    private static final int LARGEST_FRAME = 32 * 1024;

    private static final long LAST_FRAMES_SECONDS = 2;

    private final WebSocketConnection connection;
    private final AttachQuery query;
    private final Window window = new Window();
    private final InputQueue input;
    private final CompletableFuture<Attachment> attachment = new CompletableFuture<>();
    private CompletableFuture<?> controls = attachment;
    private volatile boolean refused;

    /** @param query what the client asked for */
    SocketViewer(WebSocketConnection connection, AttachQuery query) {
        this.connection = connection;
        this.query = query;
        this.input = new InputQueue(connection.id(), this::holdInput);
    }

    void attached(Attachment attachment) {
        this.attachment.complete(attachment);
    }

    /** What the client has asked for before, a signal for one, is done first; but it may wait for what only the close frees. */
    void close() {
        input.close();
        chain(this::end);
        CompletableFuture.delayedExecutor(LAST_FRAMES_SECONDS, TimeUnit.SECONDS).execute(this::end);
    }

    private void end() {
        attachment.thenAccept(Attachment::close);
    }

    /** While nothing is read from the client its acknowledgements are not heard: the program may wait for its output, as `cat` does. */
    private void holdInput(boolean full) {
        window.unheard(full);
        Reading.pause(connection, full);
    }

    @Override
    public boolean isAwaited() {
        return query.awaited();
    }

    @Override
    public boolean isForNextRun() {
        return query.nextRun();
    }

    @Override
    public void replayBegins(long offset, int columns, int rows) {
        send(Frames.replayBegins(offset, columns, rows));
    }

    @Override
    public void replayEnds(long offset) {
        send(Frames.replayEnds(offset));
    }

    @Override
    public void output(byte[] bytes, boolean stderr) {
        try {
            for (int at = 0; at < bytes.length; at += LARGEST_FRAME) {
                byte[] part = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + LARGEST_FRAME));
                window.take(part.length);
                send(Frames.output(part, stderr));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the attachment is being closed
        }
    }

    @Override
    public void resized(int columns, int rows) {
        send(Frames.resized(columns, rows));
    }

    @Override
    public void viewers(int count) {
        if (query.viewers()) {
            send(Frames.viewers(count));
        }
    }

    @Override
    public void skipped(long bytes) {
        send(Frames.skipped(bytes));
    }

    @Override
    public void exited(int code) {
        input.close();
        send(Frames.exited(code));
        close(CloseReason.NORMAL);
    }

    @Override
    public void failed(String sentence) {
        refuse(500, "Cannot attach", sentence);
    }

    /** Sends a problem document and closes. */
    void refuse(int status, String title, String sentence) {
        refused = true;
        input.close();
        attachment.cancel(false);
        JsonObject problem = new JsonObject()
                .put(
                        "type",
                        "https://berth.dev/problems/"
                                + title.toLowerCase(java.util.Locale.ROOT).replace(' ', '-'))
                .put("title", title)
                .put("status", status)
                .put("detail", sentence);
        send(Frames.error(problem.encode()));
        close(CloseReason.NORMAL);
    }

    /** Does not wait: the socket's end is told to this thread by an interrupt. */
    private void close(CloseReason reason) {
        connection.close(reason).subscribe().with(closed -> {}, failure -> {});
    }

    /** Waits until the bytes are in the kernel's hands: TCP paces us. */
    private void send(Buffer frame) {
        try {
            if (connection.isOpen()) {
                connection.sendBinaryAndAwait(frame);
            }
        } catch (CompletionException gone) {
            close(); // before its end was read: it may stand behind input
        }
    }

    /**
     * A frame of the client. Does not wait, because what comes meanwhile would be kept in memory without a bound. What breaks the
     * contract is answered by a problem and the end of the socket; the program goes on.
     */
    void received(Buffer frame) {
        if (refused) {
            return;
        }
        try {
            dispatch(ClientFrame.parse(frame));
        } catch (IllegalArgumentException e) {
            later(() -> {
                throw e;
            });
        }
    }

    private void dispatch(ClientFrame frame) {
        if (frame instanceof ClientFrame.Input typed) {
            input.add(() -> attachment.join().input(typed.bytes()), typed.bytes().length);
        } else if (frame instanceof ClientFrame.EndOfInput) {
            input.add(() -> attachment.join().endInput(), 0);
        } else if (frame instanceof ClientFrame.Resize size) {
            later(() -> attachment.join().resize(size.columns(), size.rows()));
        } else if (frame instanceof ClientFrame.Acknowledged taken) {
            window.acknowledged(taken.bytes());
            later(() -> attachment.join().takesIn());
        } else if (frame instanceof ClientFrame.Signal signal) {
            later(() -> attachment.join().signal(signal.name()));
        } else {
            later(() -> close(CloseReason.NORMAL));
        }
    }

    private void later(Runnable control) {
        chain(() -> {
            if (!refused) {
                take(control);
            }
        });
    }

    /** In order, as soon as the program is found. */
    private synchronized void chain(Runnable task) {
        controls = controls.handleAsync(
                (done, failure) -> {
                    task.run();
                    return null;
                },
                Infrastructure.getDefaultExecutor());
    }

    private void take(Runnable control) {
        try {
            control.run();
        } catch (ContainerException.Invalid | IllegalArgumentException e) {
            refuse(422, "Invalid", e.getMessage());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a frame of a viewer could not be taken", e);
            refuse(500, "Cannot attach", "the service failed at a frame; its log says how");
        }
    }
}
