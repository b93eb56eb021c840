package dev.berth.rest;

/** A request that a resource itself refuses. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;
    private final String title;
    private final String field;

    private Refused(int status, String type, String title, String field, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.title = title;
        this.field = field;
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

    /** 404. */
    static Refused notFound(String message) {
        return new Refused(404, "not-found", "Not found", null, message);
    }

    int status() {
        return status;
    }

    Problem problem() {
        return new Problem(type, title, status, getMessage(), field, null);
    }
}
