package dev.berth.container;

/**
 * Who looks at a program through an {@link Attachment}. Called from one thread, in order: first the replay, then what comes. A call may
 * block as long as the viewer likes; only this viewer waits, and the program for one who {@linkplain #isAwaited is awaited}.
 */
public interface Viewer {
    /** Whether the program is to wait before its log would lose what this viewer has not been told. Asked once. */
    default boolean isAwaited() {
        return false;
    }

    /** Whether of a container that has ended the next run is wanted, and that end is no news. Asked once. */
    default boolean isForNextRun() {
        return false;
    }

    void replayBegins(long offset, int columns, int rows);

    void replayEnds(long offset);

    void output(byte[] bytes, boolean stderr);

    void resized(int columns, int rows);

    /** How many look at the program now, this viewer among them. */
    void viewers(int count);

    /** Bytes that are no longer kept, or never were (the disk was full). */
    void skipped(long bytes);

    /** The program has ended and all of its output was told; the last call. */
    void exited(int code);

    /** The log cannot be read any more; the last call. @param sentence why */
    void failed(String sentence);
}
