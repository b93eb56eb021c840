package dev.berth.dashboard;

import dev.berth.access.Gate;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OpenConnections;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Signing out closes the session's sockets, terminals too. */
@ApplicationScoped
public class SocketCloser {
    private static final CloseReason SIGNED_OUT = new CloseReason(4401, "signed out");

    void watch(@Observes StartupEvent started, Gate gate, OpenConnections connections) {
        gate.sessions()
                .onEnd(cookie -> connections.stream()
                        .filter(connection ->
                                carries(connection.handshakeRequest().header("Cookie"), cookie))
                        .forEach(connection ->
                                connection.close(SIGNED_OUT).subscribe().with(closed -> {}, failure -> {})));
    }

    private static boolean carries(String cookies, String session) {
        return cookies != null && cookies.contains("=" + session);
    }
}
