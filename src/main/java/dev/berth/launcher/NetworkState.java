package dev.berth.launcher;

/** What a monitor says of its container's slirp4netns. */
public enum NetworkState {
    /** It serves, with no forward: a new one took the place of one that died. */
    READY(1),
    /** It has died, and another one is about to take its place. */
    REPLACED(2),
    /** It died again and again: the container has no network any more until it is started again. */
    LOST(3);

    private final int number;

    NetworkState(int number) {
        this.number = number;
    }

    /** Null for one that only a newer monitor knows. */
    static NetworkState of(int number) {
        for (NetworkState state : values()) {
            if (state.number == number) {
                return state;
            }
        }
        return null;
    }
}
