package dev.berth.terminal;

/**
 * How far a client may lag: sending pauses at 100 kB that its screen has not taken in, and goes on at 10 kB. A client that never
 * acknowledges (the command line) is paced by TCP alone.
 */
final class Window {
    private static final long PAUSE = 100_000;
    private static final long RESUME = 10_000;

    private long unacknowledged;
    private boolean acknowledges;

    /** Counts what is about to be sent; waits while the client is too far behind. */
    synchronized void take(int bytes) throws InterruptedException {
        if (acknowledges && unacknowledged >= PAUSE) {
            while (unacknowledged > RESUME) {
                wait();
            }
        }
        unacknowledged += bytes;
    }

    /** A count beyond what was sent counts as all of it. */
    synchronized void acknowledged(long bytes) {
        acknowledges = true;
        unacknowledged = Math.max(0, unacknowledged - bytes);
        notifyAll();
    }
}
