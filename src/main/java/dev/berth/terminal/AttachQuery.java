package dev.berth.terminal;

import dev.berth.container.Attachments.Start;
import java.util.function.Supplier;

/**
 * The query of an attach socket: {@code from=<offset>} or {@code tail=<bytes>} (without either, the last megabyte), and
 * {@code viewers=true} of a client that wants to hear of the others, {@code wait=true} of one for whom the program is to wait,
 * {@code next=true} of one who is about to start a container again.
 */
final class AttachQuery {
    private static final long TAIL = 1024 * 1024;

    private Supplier<Start> start = () -> new Start.Tail(TAIL);
    private boolean viewers;
    private boolean awaited;
    private boolean nextRun;

    private AttachQuery() {}

    static AttachQuery parse(String query) {
        AttachQuery parsed = new AttachQuery();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            if (pair.startsWith("from=")) {
                parsed.start = () -> new Start.From(bytes(pair));
            } else if (pair.startsWith("tail=")) {
                parsed.start = () -> new Start.Tail(bytes(pair));
            } else if (pair.equals("viewers=true")) {
                parsed.viewers = true;
            } else if (pair.equals("wait=true")) {
                parsed.awaited = true;
            } else if (pair.equals("next=true")) {
                parsed.nextRun = true;
            }
        }
        return parsed;
    }

    private static long bytes(String pair) {
        String value = pair.substring(pair.indexOf('=') + 1);
        if (!value.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException(
                    pair.substring(0, pair.indexOf('=')) + " \"" + value + "\" is no number of bytes");
        }
        return Long.parseLong(value);
    }

    /** @throws IllegalArgumentException when it is no number of bytes */
    Start start() {
        return start.get();
    }

    /** Whether frames that the contract does not have may be sent: a client that did not ask would not know them. */
    boolean viewers() {
        return viewers;
    }

    /** Whether a container's program is to wait for this client, as that of a session always does. */
    boolean awaited() {
        return awaited;
    }

    /** Whether the end of a container that has ended already is not to be told. */
    boolean nextRun() {
        return nextRun;
    }
}
