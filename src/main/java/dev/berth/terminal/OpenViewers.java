package dev.berth.terminal;

import dev.berth.container.Attachment;
import dev.berth.container.Attachments.Start;
import dev.berth.container.ContainerException;
import dev.berth.container.Viewer;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/** The viewers of all open sockets. */
@ApplicationScoped
class OpenViewers {
    private static final long TAIL = 1024 * 1024;

    private final Map<String, SocketViewer> byConnection = new ConcurrentHashMap<>();

    void open(WebSocketConnection connection, BiFunction<Start, Viewer, Attachment> attach) {
        SocketViewer viewer = new SocketViewer(connection);
        byConnection.put(connection.id(), viewer);
        try {
            viewer.attached(attach.apply(start(connection.handshakeRequest().query()), viewer));
        } catch (ContainerException.NotFound e) {
            viewer.refuse(404, "Not found", e.getMessage());
        } catch (ContainerException e) {
            viewer.refuse(409, "Cannot attach", e.getMessage());
        } catch (NumberFormatException e) {
            viewer.refuse(400, "Not readable", "from and tail are numbers of bytes");
        }
    }

    void received(Buffer frame, WebSocketConnection connection) {
        SocketViewer viewer = byConnection.get(connection.id());
        if (viewer != null) {
            viewer.received(frame);
        }
    }

    void close(WebSocketConnection connection) {
        SocketViewer viewer = byConnection.remove(connection.id());
        if (viewer != null) {
            viewer.close();
        }
    }

    /** {@code from=<offset>} or {@code tail=<bytes>}; without either, the last megabyte. */
    private static Start start(String query) {
        for (String pair : query == null ? new String[0] : query.split("&")) {
            if (pair.startsWith("from=")) {
                return new Start.From(Long.parseUnsignedLong(pair.substring("from=".length())));
            }
            if (pair.startsWith("tail=")) {
                return new Start.Tail(Long.parseUnsignedLong(pair.substring("tail=".length())));
            }
        }
        return new Start.Tail(TAIL);
    }
}
