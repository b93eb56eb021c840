package dev.berth.registry;

import java.io.IOException;

/** The connection failed, or the answer never ended well: another attempt may succeed. The message says why. */
final class TransportException extends IOException {

    /** How far the request came. */
    enum Stage {
        /** Nothing reached the server. */
        CONNECT,
        /** TLS did not come about: trying again does not change a certificate. */
        HANDSHAKE,
        /** The server had the request. */
        EXCHANGE
    }

    private final transient Stage stage;

    TransportException(Stage stage, String reason, Throwable cause) {
        super(reason, cause);
        this.stage = stage;
    }

    TransportException(Stage stage, String reason) {
        this(stage, reason, null);
    }

    Stage stage() {
        return stage;
    }
}
