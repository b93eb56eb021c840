package dev.berth.terminal;

import dev.berth.container.Attachment;
import dev.berth.container.ContainerException;
import dev.berth.container.Viewer;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** One WebSocket at one program: the viewer's calls become frames, the client's frames become input. Bytes are never decoded as text. */
final class SocketViewer implements Viewer {
    private final WebSocketConnection connection;
    private final boolean tellsViewers;
    private final Window window = new Window();
    private final InputQueue input;
    private final CompletableFuture<Attachment> attachment = new CompletableFuture<>();
    private volatile boolean refused;

    /** @param tellsViewers whether the client asked to be told of the others */
    SocketViewer(WebSocketConnection connection, boolean tellsViewers) {
        this.connection = connection;
        this.tellsViewers = tellsViewers;
        this.input = new InputQueue(connection.id());
    }

    void attached(Attachment attachment) {
        this.attachment.complete(attachment);
    }

    void close() {
        input.close();
        attachment.thenAccept(Attachment::close);
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
            window.take(bytes.length);
            send(Frames.output(bytes, stderr));
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
        if (tellsViewers) {
            send(Frames.viewers(count));
        }
    }

    @Override
    public void skipped(long bytes) {
        send(Frames.skipped(bytes));
    }

    @Override
    public void exited(int code) {
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
        if (connection.isOpen()) {
            connection.sendBinaryAndAwait(frame);
        }
    }

    /** A frame of the client. What breaks the contract is answered by a problem and the end of the socket; the program goes on. */
    void received(Buffer frame) {
        if (refused) {
            return;
        }
        try {
            Attachment open = attachment.get(); // the first frame may come while the program is still looked up
            dispatch(open, ClientFrame.parse(frame));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | CancellationException e) {
            return; // refused: the client was told
        } catch (ContainerException.Invalid | IllegalArgumentException e) {
            refuse(422, "Invalid", e.getMessage());
        }
    }

    private void dispatch(Attachment open, ClientFrame frame) throws InterruptedException {
        if (frame instanceof ClientFrame.Input typed) {
            input(() -> open.input(typed.bytes()));
        } else if (frame instanceof ClientFrame.EndOfInput) {
            input(open::endInput);
        } else if (frame instanceof ClientFrame.Resize size) {
            open.resize(size.columns(), size.rows());
        } else if (frame instanceof ClientFrame.Acknowledged taken) {
            window.acknowledged(taken.bytes());
        } else if (frame instanceof ClientFrame.Signal signal) {
            open.signal(signal.name());
        } else {
            close(CloseReason.NORMAL);
        }
    }

    /** While no more input is taken no frame is read. The program may be waiting for its output to be, as `cat` does. */
    private void input(Runnable message) throws InterruptedException {
        if (input.offer(message)) {
            return;
        }
        window.unheard(true);
        try {
            input.add(message);
        } finally {
            window.unheard(false);
        }
    }
}
