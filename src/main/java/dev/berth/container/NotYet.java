package dev.berth.container;

import java.util.Map;
import java.util.TreeMap;

/**
 * Fields of a request that this version refuses by name, so that a form can say it beside the field before anything is sent. The
 * sentences are the refusals' own: each field is tried.
 */
public final class NotYet {
    private final Map<String, String> found = new TreeMap<>();

    private NotYet() {}

    /** Sentences by field. */
    public static Map<String, String> fields() {
        NotYet fields = new NotYet();
        fields.attempt("resources.memory", () -> new Resources(1L, null, null, null));
        fields.attempt("resources.memorySwap", () -> new Resources(null, 1L, null, null));
        fields.attempt("resources.cpus", () -> new Resources(null, null, 1.0, null));
        fields.attempt("resources.pids", () -> new Resources(null, null, null, 1L));
        fields.attempt("restart.policy", () -> new RestartPolicy("always", 0));
        return fields.found;
    }

    private void attempt(String field, Runnable attempt) {
        try {
            attempt.run();
        } catch (ContainerException.Invalid e) {
            found.put(field, e.getMessage());
        }
    }
}
