package dev.berth.terminal;

import dev.berth.container.Attachments;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/** {@code /containers/{container}/attach}: a viewer at a container's own program. Who may connect was decided before. */
@WebSocket(path = "/api/v1/containers/{container}/attach")
public class ContainerSocket {
    private final Attachments attachments;
    private final OpenViewers viewers;

    ContainerSocket(Attachments attachments, OpenViewers viewers) {
        this.attachments = attachments;
        this.viewers = viewers;
    }

    @OnOpen
    @Blocking
    void open(WebSocketConnection connection) {
        viewers.open(
                connection, (start, viewer) -> attachments.container(connection.pathParam("container"), start, viewer));
    }

    @OnBinaryMessage
    @NonBlocking
    void received(Buffer frame, WebSocketConnection connection) {
        viewers.received(frame, connection);
    }

    @OnTextMessage
    @Blocking
    void received(String text, WebSocketConnection connection) {
        viewers.refuseText(connection);
    }

    @OnClose
    @Blocking
    void close(WebSocketConnection connection) {
        viewers.close(connection);
    }

    @OnError
    void lost(IOException gone) {
        // the client has gone without a word: the close comes next
    }
}
