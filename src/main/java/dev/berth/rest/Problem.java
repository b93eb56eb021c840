package dev.berth.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.ws.rs.core.Response;

/**
 * An RFC 9457 problem document.
 *
 * @param type stable
 * @param field of the request, where one is to blame
 * @param exitCode what {@code berth run} exits with when a start failed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(String type, String title, int status, String detail, String field, Integer exitCode) {
    private static final String BASE = "https://berth.dev/problems/";

    public Problem {
        type = type.startsWith(BASE) ? type : BASE + type;
    }

    Response response() {
        return Response.status(status)
                .type("application/problem+json")
                .entity(this)
                .build();
    }
}
