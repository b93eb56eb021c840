package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** When creating a container asks the registry for its image. */
public enum PullPolicy {
    /** Only when the image is not here. */
    MISSING,
    /** Each time, so that the newest is run. */
    ALWAYS,
    /** Not at all: an image that is not here is an error. */
    NEVER;

    @JsonCreator
    static PullPolicy parse(String word) {
        for (PullPolicy policy : values()) {
            if (policy.word().equals(word)) {
                return policy;
            }
        }
        throw new ContainerException.Invalid("pull", "pull \"" + word + "\" is none of missing, always, never");
    }

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
