package dev.berth.registry;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;

/** An answer that is no success, with the first error code of its body, if any. */
record Refusal(int status, String code) {

    static Refusal read(Exchange answer, String host) throws TransportException {
        String code = "";
        try {
            byte[] body = answer.readAll(host, Limits.TOKEN_BYTES);
            code = new JsonObject(Buffer.buffer(body))
                    .getJsonArray("errors")
                    .getJsonObject(0)
                    .getString("code", "");
        } catch (RegistryException.BadAnswer
                | DecodeException
                | ClassCastException
                | NullPointerException
                | IndexOutOfBoundsException e) {
            // no body, or one in another form: the status says enough
        }
        return new Refusal(answer.status(), code);
    }

    boolean isAbsence() {
        return status == 404;
    }

    boolean isDenial() {
        return status == 401 || status == 403;
    }

    RegistryException unexpected(String host, String what) {
        String shown = code.matches("[A-Z_]{1,40}") ? " (" + code + ")" : "";
        return new RegistryException.BadAnswer(host, "it answered " + status + shown + " when asked for " + what);
    }
}
