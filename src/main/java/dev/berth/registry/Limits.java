package dev.berth.registry;

import java.time.Duration;

/**
 * How long, how often and how much.
 *
 * @param connect until a TCP connection stands
 * @param head until the headers of an answer are complete
 * @param stall waiting for the next bytes of a body
 * @param slowWindow of waiting, in which at least {@code slowBytes} must arrive: a peer that trickles is cut off too
 * @param attempts of one request, the first included; a blob that made progress starts counting again
 * @param backoff before the second attempt; doubles each time
 * @param longestWait of one pause, also when Retry-After asks for it
 * @param blobsAtOnce over all pulls
 */
public record Limits(
        Duration connect,
        Duration head,
        Duration stall,
        Duration slowWindow,
        int slowBytes,
        int attempts,
        Duration backoff,
        Duration longestWait,
        int blobsAtOnce) {

    public static final Limits DEFAULT = new Limits(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            16 << 10,
            5,
            Duration.ofMillis(500),
            Duration.ofSeconds(60),
            6);

    static final int DOCUMENT_BYTES = 4 << 20;
    /** Of an answer that is no document: {@link AnswerJson}. */
    static final int ANSWER_BYTES = 256 << 10;

    static final int REDIRECTS = 8;
    /** A blob that moved on by this much deserves all its attempts again. */
    static final long PROGRESS_BYTES = 1 << 20;
}
