package dev.berth.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends blocking calls from another thread. Not by interruption: that would close the file channel which a worker is
 * writing to. Thread-safe.
 */
public final class Cancellation {

    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final List<Runnable> hooks = new ArrayList<>();

    /** What is registered for the time of one blocking call. */
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /** A second call does nothing. */
    public void cancel() {
        List<Runnable> now;
        synchronized (hooks) {
            cancelled.countDown();
            now = List.copyOf(hooks);
            hooks.clear();
        }
        now.forEach(Runnable::run);
    }

    public boolean isCancelled() {
        return cancelled.getCount() == 0;
    }

    /** @throws RegistryException.Cancelled once {@link #cancel} was called */
    public void check() {
        if (isCancelled()) {
            throw new RegistryException.Cancelled();
        }
    }

    /** Does this too on cancellation (or now, when that has happened), until the result is closed. */
    public AutoCloseable whenCancelled(Runnable hook) {
        return onCancel(hook);
    }

    /** Runs the hook on the cancelling thread, or here and now when that has happened. */
    Registration onCancel(Runnable hook) {
        synchronized (hooks) {
            if (!isCancelled()) {
                hooks.add(hook);
                return () -> {
                    synchronized (hooks) {
                        hooks.remove(hook);
                    }
                };
            }
        }
        hook.run();
        return () -> {};
    }

    /** @throws RegistryException.Cancelled when cancelled before or meanwhile */
    void sleep(Duration time) {
        try {
            if (cancelled.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RegistryException.Cancelled();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException.Cancelled();
        }
    }
}
