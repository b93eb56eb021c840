package dev.berth.terminal;

import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * Hands input to the program from a thread of its own: a program that does not read must not hold up the client's acknowledgements, which
 * are what lets it write on. When it has not read 4 MiB, nothing more is to be read from the client until half of it is gone.
 */
final class InputQueue implements AutoCloseable {
    private static final long FULL = 4 << 20;
    /** What a message takes beside its bytes. */
    private static final int OVERHEAD = 100;

    private record Message(Runnable input, long weight) {}

    private final ArrayDeque<Message> waiting = new ArrayDeque<>();
    private final Consumer<Boolean> full;
    private final Thread thread;
    private long weight;
    private boolean toldFull;
    private boolean closed;

    /** @param full is told when no more should come, and when it should again */
    InputQueue(String name, Consumer<Boolean> full) {
        this.full = full;
        thread = new Thread(this::run, "input " + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Does not wait. What comes after {@link #close} is dropped. */
    synchronized void add(Runnable input, int bytes) {
        if (closed) {
            return;
        }
        waiting.add(new Message(input, bytes + OVERHEAD));
        weight += bytes + OVERHEAD;
        if (weight > FULL) {
            tellFull(true);
        }
        notifyAll();
    }

    private void run() {
        try {
            while (true) {
                Message next = await();
                next.input().run();
                taken(next);
            }
        } catch (CancellationException refused) {
            return; // there is no program
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(); // what comes now goes nowhere, and must not hold the client up
        }
    }

    private synchronized Message await() throws InterruptedException {
        while (waiting.isEmpty()) {
            wait();
        }
        return waiting.remove();
    }

    private synchronized void taken(Message message) {
        weight -= message.weight();
        if (weight < FULL / 2) {
            tellFull(false);
        }
    }

    private void tellFull(boolean now) {
        if (toldFull != now) {
            toldFull = now;
            full.accept(now);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        thread.interrupt();
        waiting.clear();
        tellFull(false);
    }
}
