package dev.berth.rest;

import jakarta.ws.rs.WebApplicationException;

/** A request that a resource itself refuses. */
final class Refused extends WebApplicationException {
    private static final long serialVersionUID = 1;

    private final String type;
    private final String title;
    private final String field;

    private Refused(int status, String type, String title, String field, String message) {
        super(message, status);
        this.type = type;
        this.title = title;
        this.field = field == null || field.isEmpty() ? null : field;
    }

    /** 400: what was sent cannot be read. */
    static Refused notReadable(String message) {
        return new Refused(400, "not-readable", "Not readable", null, message);
    }

    /** 422: it can be read and says something that cannot be. */
    static Refused wrong(String field, String message) {
        return new Refused(422, "invalid", "Invalid", field, message);
    }

    /** 413: more than is read. */
    static Refused tooLarge(String message) {
        return new Refused(413, "too-large", "Too large", null, message);
    }

    /** 415: a body that is not what is taken. */
    static Refused wrongType(String message) {
        return new Refused(415, "http-415", "Unsupported Media Type", null, message);
    }

    /** 429: more at once than there is room for. */
    static Refused tooMany(String message) {
        return new Refused(429, "too-many", "Too many", null, message);
    }

    /** 404. */
    static Refused notFound(String message) {
        return new Refused(404, "not-found", "Not found", null, message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this; // told to the client, and of no interest to us
    }

    Problem problem() {
        return new Problem(type, title, getResponse().getStatus(), getMessage(), field, null);
    }
}
