package dev.berth.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.quarkus.arc.All;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** {@code /live}: one socket per tab, on which it watches topics. Who may connect was decided before. */
@WebSocket(path = "/api/v1/live")
public class LiveSocket {
    private static final int TRY_AGAIN_LATER = 1013;

    private final ObjectMapper json;
    private final ObjectReader wishes;
    private final List<Topic> topics;
    private final Map<String, Tab> tabs = new ConcurrentHashMap<>();

    LiveSocket(ObjectMapper json, @All List<Topic> topics) {
        this.json = json;
        this.wishes = json.readerFor(Wish.class).with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        this.topics = topics;
    }

    /** What a tab sends. */
    record Wish(List<String> subscribe, List<String> unsubscribe) {
        Wish {
            subscribe = subscribe == null ? List.of() : List.copyOf(subscribe);
            unsubscribe = unsubscribe == null ? List.of() : List.copyOf(unsubscribe);
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
    void wish(String text, WebSocketConnection connection) {
        Tab tab = tabs.get(connection.id());
        if (tab == null) {
            return;
        }
        Optional<Wish> read = read(text);
        read.ifPresent(wish -> {
            wish.unsubscribe().forEach(tab::unsubscribe);
            wish.subscribe().forEach(tab::subscribe);
        });
        if (read.isEmpty()) {
            tab.refuse("cannot read this: send {\"subscribe\":[…]} or {\"unsubscribe\":[…]} with names of topics");
        }
    }

    private Optional<Wish> read(String text) {
        try {
            return Optional.ofNullable(wishes.readValue(text));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    @OnBinaryMessage
    void binary(Buffer bytes, WebSocketConnection connection) {
        Tab tab = tabs.get(connection.id());
        if (tab != null) {
            tab.refuse("cannot read a binary message: this socket speaks JSON texts");
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
