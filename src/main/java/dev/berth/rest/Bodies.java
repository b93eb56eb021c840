package dev.berth.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.berth.container.ContainerException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.stream.Collectors;

/** Reads bodies of requests: unknown fields are refused by name, and what is wrong says where. */
@ApplicationScoped
public class Bodies {
    private final ObjectMapper json;

    Bodies(ObjectMapper json) {
        this.json = json.copy().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    <T> T read(byte[] body, Class<T> type) {
        if (body == null || body.length == 0) {
            throw Refused.notReadable("the request has no body: send a JSON object");
        }
        try {
            T value = json.readValue(body, type);
            if (value == null) {
                throw Refused.notReadable("the body is null: send a JSON object");
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw Refused.wrong(path(e), "there is no field " + path(e) + "; the API's page lists them all");
        } catch (JsonMappingException e) {
            throw mapped(e);
        } catch (JsonProcessingException e) {
            throw Refused.notReadable("the body is not JSON: " + e.getOriginalMessage() + " (line "
                    + e.getLocation().getLineNr() + ")");
        } catch (IOException e) {
            throw Refused.notReadable("the body cannot be read: " + e.getMessage());
        }
    }

    private static RuntimeException mapped(JsonMappingException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ContainerException.Invalid invalid) {
                String outer = path(e);
                return outer.isEmpty() || invalid.field().equals(outer) || outer.endsWith("." + invalid.field())
                        ? invalid
                        : invalid.within(outer);
            }
        }
        return Refused.wrong(
                path(e), "cannot read " + (path(e).isEmpty() ? "the body" : path(e)) + ": " + e.getOriginalMessage());
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
    }
}
