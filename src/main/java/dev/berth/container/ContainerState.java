package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where a container is in its life, and what that allows. Use cases ask; they never compare states. */
public enum ContainerState {
    /** Made, never started. */
    CREATED,
    /** Its monitor is being started. */
    STARTING,
    /** Its program runs. */
    RUNNING,
    /** Its processes are frozen. */
    PAUSED,
    /** It was asked to stop and has not ended yet. */
    STOPPING,
    /** Its program has ended. */
    EXITED,
    /** It is damaged: it can only be removed. */
    DEAD;

    public boolean canStart() {
        return this == CREATED || this == EXITED;
    }

    public boolean canStop() {
        return this == RUNNING || this == PAUSED || this == STOPPING;
    }

    /** Whether a signal has a process to go to. */
    public boolean canSignal() {
        return this == RUNNING || this == PAUSED || this == STOPPING;
    }

    /** Whether its ports are open: it runs, frozen or not, and nobody is ending it. */
    public boolean hasPorts() {
        return this == RUNNING || this == PAUSED;
    }

    public boolean canExec() {
        return this == RUNNING;
    }

    /** What is to be done with one in which nothing can be run now. */
    public String wayToRun() {
        return this == PAUSED ? "unpause it first" : "start it first";
    }

    /** Whether {@code rm} without force may take it. */
    public boolean canRemove() {
        return this == CREATED || this == EXITED || this == DEAD;
    }

    /** Whether processes of it exist, or may. */
    public boolean isAlive() {
        return this == STARTING || this == RUNNING || this == PAUSED || this == STOPPING;
    }

    /** Whether {@code wait} for not-running is over. */
    public boolean hasEnded() {
        return !isAlive() && this != CREATED;
    }

    /** The word of the API. */
    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads the word of the API; anything else is refused, naming {@code field}. */
    public static ContainerState parse(String field, String word) {
        for (ContainerState state : values()) {
            if (state.word().equals(word)) {
                return state;
            }
        }
        throw new ContainerException.Invalid(
                field, "no state \"" + word + "\": created, starting, running, paused, stopping, exited or dead");
    }
}
