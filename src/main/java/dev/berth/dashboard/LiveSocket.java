package dev.berth.dashboard;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.arc.All;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.Blocking;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** {@code /live}: one socket per tab, on which it watches topics. Who may connect was decided before. */
@WebSocket(path = "/api/v1/live")
public class LiveSocket {
    private static final int TRY_AGAIN_LATER = 1013;

    private final ObjectMapper json;
    private final List<Topic> topics;
    private final Map<String, Tab> tabs = new ConcurrentHashMap<>();

    LiveSocket(ObjectMapper json, @All List<Topic> topics) {
        this.json = json;
        this.topics = topics;
    }

    /** What a tab sends. */
    public record Wish(List<String> subscribe, List<String> unsubscribe) {
        public Wish {
            subscribe = subscribe == null ? List.of() : subscribe;
            unsubscribe = unsubscribe == null ? List.of() : unsubscribe;
        }
    }

    @OnOpen
    void open(WebSocketConnection connection) {
        Outbox outbox = new Outbox(
                message -> connection.sendText(message).subscribeAsCompletionStage(),
                () -> connection
                        .close(new CloseReason(TRY_AGAIN_LATER, "this tab is too slow; connect again"))
                        .subscribe()
                        .with(closed -> {}, failure -> {}));
        tabs.put(connection.id(), new Tab(outbox, json, topics));
    }

    @OnTextMessage
    @Blocking
    void wish(Wish wish, WebSocketConnection connection) {
        Tab tab = tabs.get(connection.id());
        if (tab != null) {
            wish.unsubscribe().forEach(tab::unsubscribe);
            wish.subscribe().forEach(tab::subscribe);
        }
    }

    @OnClose
    @Blocking
    void close(WebSocketConnection connection) {
        Tab tab = tabs.remove(connection.id());
        if (tab != null) {
            tab.close();
        }
    }
}
