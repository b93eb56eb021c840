package dev.berth.launcher;

/** A request or an image that asks for something that cannot be launched; nothing was started. */
public final class BadLaunch extends LauncherException {
    private static final long serialVersionUID = 1L;

    private final String field;

    /** @param field the name of the field of the request that is wrong, as the REST API spells it */
    public BadLaunch(String field, String message) {
        super(message, null);
        this.field = field;
    }

    public String field() {
        return field;
    }
}
