package dev.berth.terminal;

import java.util.concurrent.LinkedBlockingQueue;

/**
 * Hands input to the program from a thread of its own: a program that does not read must not hold up the client's acknowledgements, which
 * are what lets it write on. When it has not read some megabytes, the socket itself waits.
 */
final class InputQueue implements AutoCloseable {
    private static final int MOST = 256;

    private final LinkedBlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>(MOST);
    private final Thread thread;

    InputQueue(String name) {
        thread = new Thread(this::run, "input " + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** False when it is full. */
    boolean offer(Runnable input) {
        return waiting.offer(input);
    }

    /** Waits while it is full. */
    void add(Runnable input) throws InterruptedException {
        waiting.put(input);
    }

    private void run() {
        try {
            while (true) {
                waiting.take().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        waiting.clear();
    }
}
