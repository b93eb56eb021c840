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
    private final Map<String, SocketViewer> byConnection = new ConcurrentHashMap<>();

    void open(WebSocketConnection connection, BiFunction<Start, Viewer, Attachment> attach) {
        AttachQuery query = AttachQuery.parse(connection.handshakeRequest().query());
        SocketViewer viewer = new SocketViewer(connection, query);
        byConnection.put(connection.id(), viewer);
        try {
            viewer.attached(attach.apply(query.start(), viewer));
        } catch (ContainerException.NotFound e) {
            viewer.refuse(404, "Not found", e.getMessage());
        } catch (ContainerException e) {
            viewer.refuse(409, "Cannot attach", e.getMessage());
        } catch (IllegalArgumentException e) {
            viewer.refuse(422, "Invalid", e.getMessage());
        }
    }

    void received(Buffer frame, WebSocketConnection connection) {
        SocketViewer viewer = byConnection.get(connection.id());
        if (viewer != null) {
            viewer.received(frame);
        }
    }

    void refuseText(WebSocketConnection connection) {
        SocketViewer viewer = byConnection.get(connection.id());
        if (viewer != null) {
            viewer.refuse(422, "Invalid", "refused a text frame: this socket speaks binary frames (berth.v1)");
        }
    }

    void close(WebSocketConnection connection) {
        SocketViewer viewer = byConnection.remove(connection.id());
        if (viewer != null) {
            viewer.close();
        }
    }
}
