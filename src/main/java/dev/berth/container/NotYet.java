package dev.berth.container;

import dev.berth.linux.CgroupHome;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fields of a request that this version, or this machine, refuses by name, so that a form can say it beside the field before anything is sent. The
 * sentences are the refusals' own: each field is tried.
 */
final class NotYet {
    private static final long ENOUGH = 1L << 30;

    private final Map<String, String> found = new TreeMap<>();

    private NotYet() {}

    /** Sentences by field. */
    static Map<String, String> fields(CgroupHome home) {
        NotYet fields = new NotYet();
        fields.attempt("resources.memory", () -> new Resources(ENOUGH, null, null, null).check(home));
        fields.attempt("resources.memorySwap", () -> new Resources(ENOUGH, ENOUGH, null, null).check(home));
        fields.attempt("resources.cpus", () -> new Resources(null, null, 1.0, null).check(home));
        fields.attempt("resources.pids", () -> new Resources(null, null, null, 1L).check(home));
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
