package dev.berth.container;

/** Tells threads that something changed. One that asks with what it saw last misses nothing. */
final class Pulse {
    private long beats;

    synchronized long now() {
        return beats;
    }

    synchronized void beat() {
        beats++;
        notifyAll();
    }

    /** Waits for a change since {@code seen}, so long at most. */
    synchronized void await(long seen, long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        while (beats == seen) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }
}
