package dev.berth.container;

/** The use case behind every terminal: a viewer for the program of a container or of an exec session. */
public interface Attachments {
    /** Where a viewer wants to begin. */
    sealed interface Start {
        /** At a logical offset of the log. */
        record From(long offset) implements Start {}

        /** With at most the last bytes of output. */
        record Tail(long bytes) implements Start {}
    }

    /** @throws ContainerException.NotFound when there is no such container */
    Attachment container(String reference, Start start, Viewer viewer);

    /** @throws ContainerException.NotFound when there is no such session, or its container is gone */
    Attachment session(String id, Start start, Viewer viewer);
}
