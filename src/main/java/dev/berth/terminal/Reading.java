package dev.berth.terminal;

import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import jakarta.inject.Singleton;

/**
 * Whether anything is read from a socket's client. Quarkus reads on whatever its endpoints do, and keeps in memory what they have not
 * taken: a file piped into a program that does not read would fill it. So the connection below is told, which each upgrade leaves here.
 */
@Singleton
final class Reading implements HttpUpgradeCheck {
    private static final TypedKey<HttpConnection> CONNECTION = new TypedKey<>("berth.connection");

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        context.userData().put(CONNECTION, context.httpRequest().connection());
        return CheckResult.permitUpgrade();
    }

    /** Of a connection that is paused the end is seen by the next ping that cannot be written. */
    static void pause(WebSocketConnection connection, boolean paused) {
        ConnectionBase below = (ConnectionBase) connection.userData().get(CONNECTION);
        if (paused) {
            below.doPause();
        } else {
            below.doResume();
        }
    }
}
