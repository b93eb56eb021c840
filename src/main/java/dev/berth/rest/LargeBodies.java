package dev.berth.rest;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads bodies so that many large ones at once do not fill the heap: what one of 1 MiB describes is twenty times as much there, until its
 * request is answered. Few are let in, and the others wait a while. Safe for many threads.
 */
final class LargeBodies {
    private static final int LIMIT = 1 << 20;
    private static final int SMALL = 32 << 10;
    private static final int PLACES = 3;

    private final Semaphore places = new Semaphore(PLACES, true);
    private final long patienceMillis;

    LargeBodies(long patienceMillis) {
        this.patienceMillis = patienceMillis;
    }

    /**
     * @param atEnd takes what is to be run once when the request is answered
     * @throws Refused when it is larger than 1 MiB, or no place became free
     */
    byte[] read(InputStream body, Consumer<Runnable> atEnd) throws IOException {
        byte[] begin = body.readNBytes(SMALL);
        if (begin.length < SMALL) {
            return begin;
        }
        await();
        atEnd.accept(places::release);
        byte[] rest = body.readNBytes(LIMIT - SMALL + 1);
        if (rest.length > LIMIT - SMALL) {
            throw Refused.tooLarge("the body is larger than 1 MiB, which no request needs");
        }
        byte[] all = Arrays.copyOf(begin, SMALL + rest.length);
        System.arraycopy(rest, 0, all, SMALL, rest.length);
        return all;
    }

    private void await() {
        try {
            if (!places.tryAcquire(patienceMillis, TimeUnit.MILLISECONDS)) {
                throw Refused.tooMany("too many large requests at once; send this one again later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refused.tooMany("interrupted before the request was read");
        }
    }
}
