package dev.berth.registry;

import com.fasterxml.jackson.databind.JsonNode;

/** An answer that is no success, with the first error code of its body, if any. */
record Refusal(int status, String code) {

    /** With no body, or one in another form, the status says enough. */
    static Refusal read(Exchange answer, String host) throws TransportException {
        JsonNode error = AnswerJson.read(answer, host).path("errors").path(0);
        return new Refusal(answer.status(), error.path("code").asText(""));
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
