package dev.berth.dashboard;

import dev.berth.container.Event;
import dev.berth.container.Events;
import dev.berth.image.Images;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code images}: all of them, again after each change of an image or of who uses one. */
@ApplicationScoped
class ImagesTopic implements Topic {
    private static final int PAUSE_MILLIS = 30;

    private final Images images;
    private final Events events;
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "images");
        thread.setDaemon(true);
        return thread;
    });

    ImagesTopic(Images images, Events events) {
        this.images = images;
        this.events = events;
    }

    @PreDestroy
    void stop() {
        later.shutdownNow();
    }

    @Override
    public boolean answersTo(String name) {
        return name.equals("images");
    }

    @Override
    public AutoCloseable open(String name, Tab.Feed feed) {
        AtomicBoolean waiting = new AtomicBoolean();
        AutoCloseable listening = events.listen(Long.MAX_VALUE, event -> {
            if (concernsImages(event) && waiting.compareAndSet(false, true)) {
                later.schedule(
                        () -> {
                            waiting.set(false);
                            feed.snapshot(images.list());
                        },
                        PAUSE_MILLIS,
                        TimeUnit.MILLISECONDS);
            }
        });
        feed.snapshot(images.list());
        return listening;
    }

    private static boolean concernsImages(Event event) {
        return event.type().startsWith("image.")
                || event.type().equals("container.created")
                || event.type().equals("container.removed");
    }
}
