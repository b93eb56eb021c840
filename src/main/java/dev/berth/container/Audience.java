package dev.berth.container;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Who looks at a program now. Safe for many threads; each member is told when somebody comes or leaves. */
final class Audience {
    private final Set<Runnable> members = new HashSet<>();
    private final Set<Runnable> awaited = new HashSet<>();
    /** Of those, who has come for the run that begins next. */
    private final Set<Runnable> early = new HashSet<>();

    private long lastLeft = System.nanoTime();
    private boolean expected = true;

    /**
     * Until {@link #leave}, the program's log must stay.
     *
     * @param changed is called when {@link #size} may be another
     * @param isAwaited whether the program is to wait for this one
     */
    void join(Runnable changed, boolean isAwaited) {
        List<Runnable> told;
        synchronized (this) {
            expected = true;
            members.add(changed);
            if (isAwaited) {
                awaited.add(changed);
                early.add(changed);
            }
            told = List.copyOf(members);
        }
        told.forEach(Runnable::run);
    }

    void leave(Runnable changed) {
        List<Runnable> told;
        synchronized (this) {
            members.remove(changed);
            awaited.remove(changed);
            early.remove(changed);
            lastLeft = System.nanoTime();
            told = List.copyOf(members);
            notifyAll();
        }
        told.forEach(Runnable::run);
    }

    synchronized int size() {
        return members.size();
    }

    /** Whether somebody is here for whom the program is to wait, or was. */
    synchronized boolean hasAwaited() {
        return !awaited.isEmpty();
    }

    /** Whether somebody is here for whom a program that starts now is to wait. */
    synchronized boolean hasEarly() {
        return !early.isEmpty();
    }

    /** Who is here has come for what has ended, and may still read it. */
    synchronized void ended() {
        early.clear();
    }

    /** Until somebody joins, nobody is waited for. */
    synchronized void expectNobody() {
        expected = false;
    }

    /** Whether nobody has looked for so long, or nobody was expected to. */
    synchronized boolean isAwayFor(Duration time) {
        return members.isEmpty() && (!expected || System.nanoTime() - lastLeft > time.toNanos());
    }

    /** Waits until nobody looks, or the time is over and nobody who is awaited does. */
    synchronized void awaitNone(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toMillis();
                    !members.isEmpty() && (left > 0 || hasAwaited());
                    left = (deadline - System.nanoTime()) / 1_000_000) {
                wait(Math.max(left, 0)); // 0 is without an end
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
