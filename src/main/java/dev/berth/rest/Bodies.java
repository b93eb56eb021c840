package dev.berth.rest;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.berth.container.ContainerException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyReader;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/**
 * Reads bodies of requests. Nothing is guessed: unknown fields, fields that are there twice, a number where text belongs, text
 * behind the object are refused, each by name.
 */
@Provider
@Consumes(MediaType.APPLICATION_JSON)
public class Bodies implements ServerMessageBodyReader<Object> {
    private static final long PATIENCE_MILLIS = 20_000;

    private final LargeBodies large = new LargeBodies(PATIENCE_MILLIS);

    private final ObjectMapper json = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(LogicalType.Textual, text -> {
                text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
            })
            .build();

    @Override
    public boolean isReadable(Class<?> type, Type generic, ResteasyReactiveResourceInfo method, MediaType mediaType) {
        return type.getName().startsWith("dev.berth.");
    }

    @Override
    public Object readFrom(Class<Object> type, Type generic, MediaType mediaType, ServerRequestContext context) {
        String encoding = context.getRequestHeaders().getHeaderString(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equals("identity")) {
            throw Refused.wrongType("cannot read a body in the encoding " + encoding + ": send it as it is");
        }
        ResteasyReactiveRequestContext request = (ResteasyReactiveRequestContext) context;
        return read(
                context.getInputStream(),
                type,
                end -> request.registerCompletionCallback(failure -> {
                    forget(request);
                    end.run();
                }));
    }

    /** An idle thread of the pool still holds its last request. */
    private static void forget(ResteasyReactiveRequestContext request) {
        request.setRequestEntity(null);
        Object[] parameters = request.getParameters();
        if (parameters != null) {
            Arrays.fill(parameters, null);
        }
    }

    @Override
    public boolean isReadable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
        return isReadable(type, generic, (ResteasyReactiveResourceInfo) null, mediaType);
    }

    @Override
    public Object readFrom(
            Class<Object> type,
            Type generic,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream body) {
        return read(body, type, Runnable::run);
    }

    /** @param atEnd takes what is to be run when the request is answered */
    <T> T read(InputStream body, Class<T> type, Consumer<Runnable> atEnd) {
        byte[] bytes = bytes(body, atEnd);
        if (bytes.length == 0) {
            throw Refused.notReadable("the request has no body: send a JSON object");
        }
        try {
            T value = json.readValue(bytes, type);
            if (value == null) {
                throw Refused.notReadable("the body is null: send a JSON object");
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw Refused.wrong(path(e), "there is no field " + path(e) + "; the API's page lists them all");
        } catch (MismatchedInputException e) {
            throw e.getPath().isEmpty() && String.valueOf(e.getMessage()).startsWith("Trailing token")
                    ? Refused.notReadable("the body is not JSON: there is more behind the object")
                    : mismatched(e);
        } catch (JsonMappingException e) {
            throw mapped(e);
        } catch (JsonProcessingException e) {
            throw Refused.notReadable("the body is not JSON: " + reason(e) + place(e.getLocation()));
        } catch (IOException e) {
            throw Refused.notReadable("the body cannot be read: " + e.getMessage());
        }
    }

    /** A body that is nested too deeply, for one, is refused without a place. */
    private static String place(JsonLocation location) {
        return location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }

    private byte[] bytes(InputStream body, Consumer<Runnable> atEnd) {
        try {
            return body == null ? new byte[0] : large.read(body, atEnd);
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
            if (cause instanceof Refused refused) {
                return refused;
            }
            if (cause instanceof InputCoercionException) {
                return Refused.wrong(path(e), path(e) + " is out of range");
            }
            if (cause instanceof JsonProcessingException broken && e.getPath().isEmpty()) {
                return Refused.notReadable("the body is not JSON: " + reason(broken));
            }
        }
        return Refused.wrong(path(e), "cannot read " + (path(e).isEmpty() ? "the body" : path(e)));
    }

    private static RuntimeException mismatched(MismatchedInputException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ContainerException) {
                return mapped(e);
            }
        }
        String path = path(e);
        if (String.valueOf(e.getMessage()).startsWith("Missing required creator property")) {
            return Refused.wrong(path, path + " is missing");
        }
        return Refused.wrong(path, (path.isEmpty() ? "the body" : path) + " is not " + kind(e.getTargetType()));
    }

    /** What a value of this type is called in JSON. */
    private static String kind(Class<?> type) {
        if (type == null) {
            return "what it should be";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == Double.class || type == double.class) {
            return "a number";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return "a whole number in its range";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        boolean text = type == String.class || type.isEnum() || type == dev.berth.container.ContainerName.class;
        return text ? "text" : "an object";
    }

    /** Jackson's sentence without what it says of its own settings. */
    private static String reason(JsonProcessingException e) {
        return String.valueOf(e.getOriginalMessage()).replaceAll(" ?\\(start marker at .*|\\s+at \\[Source.*", "");
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
    }
}
