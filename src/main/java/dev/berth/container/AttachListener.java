package dev.berth.container;

/** What a viewer of a container's output hears, in order, from one thread. Each call may block: that is its pace. */
public interface AttachListener {
    void stdout(byte[] bytes);

    void stderr(byte[] bytes);

    /** Output from before begins, at this offset of the log and for a terminal of this size. */
    void replayBegins(long offset, TerminalSize size);

    void replayEnds(long offset);

    void resized(TerminalSize size);

    /** The program has ended, and all of its output was told. The last call. */
    void exited(int code);

    /** So many bytes of output came and went before this viewer could read them, or could not be kept. */
    void skipped(long bytes);

    /** The container is gone without having ended before this viewer, or reading failed. The last call. */
    void failed(RuntimeException reason);
}
