package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many containers at once, and eight clients who create, use and remove them: no error that is not the client's, and no leak. */
@Timeout(1800)
class CrowdIT {
    private static final int CLIENTS = 8;
    private static final int CONTAINERS = Repeat.inFull() ? 100 : 30;
    private static final long SECONDS = Repeat.times(300);
    /** For what a service opens at its first need and keeps. */
    private static final int DESCRIPTOR_SLACK = 4;

    /** For threads that are kept ready for the next call. */
    private static final int THREAD_SLACK = 12;

    private static final long PAUSE_MILLIS = 100;
    private static final long HEAP_SLACK_KIB = 8 << 10;

    @Test
    void aHundredContainersAndEightClientsLeaveNoErrorAndNoLeak() throws Exception {
        Random random = new Random(Repeat.seed(CrowdIT.class));
        ExecutorService pool = Executors.newFixedThreadPool(CLIENTS);
        try (Stage stage = new Stage()) {
            CrowdFigures warmUp = new CrowdFigures();
            List<CrowdClient> first = clients(stage, "warm", random, warmUp);
            all(pool, first, client -> client.begin());
            all(pool, first, client -> client.work(System.nanoTime()));
            all(pool, first, CrowdClient::end);
            Leaks leaks = new Leaks(stage.berth.dataDirectory(), stage.berth.runtimeDirectory());
            long pid = stage.berth.servicePid();
            Path trash = stage.berth.dataDirectory().resolve("trash");
            Await.until("what is removed is deleted", 10, () -> isEmpty(trash));
            ServiceFigures before = ServiceFigures.of(pid);
            Optional<Long> heapBefore = ServiceFigures.heapKib(pid);

            CrowdFigures figures = new CrowdFigures();
            List<CrowdClient> clients = clients(stage, "crowd", random, figures);
            begin(pool, clients, figures);
            ServiceFigures many = ServiceFigures.of(pid);
            timeOfPs(stage.berth);
            long begin = System.nanoTime();
            long end = begin + TimeUnit.SECONDS.toNanos(SECONDS);
            all(pool, clients, client -> client.work(end));
            say(figures, begin);
            assertEquals(CONTAINERS, stage.berth.get("/containers").size());
            all(pool, clients, client -> {
                while (client.size() > 0) {
                    client.end();
                }
                return null;
            });

            assertEquals(List.of(), leaks.found());
            assertEquals(pid, stage.berth.servicePid(), "the service is the same one");
            Optional<Long> heapAfter = ServiceFigures.heapKib(pid);
            ServiceFigures after = whenItIsQuiet(before, pid);
            Repeat.say(CrowdIT.class, "before " + before + ", with " + CONTAINERS + " " + many + ", after " + after);
            Repeat.say(CrowdIT.class, "heap in use before " + heapBefore + ", after " + heapAfter + " KiB");
            noLeak(before, after, ServiceFigures.open(pid));
            if (heapBefore.isPresent() && heapAfter.isPresent()) {
                assertTrue(heapAfter.get() < heapBefore.get() + HEAP_SLACK_KIB, "heap: " + heapBefore + heapAfter);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.findAny().isEmpty();
        }
    }

    private static List<CrowdClient> clients(Stage stage, String name, Random random, CrowdFigures figures) {
        List<CrowdClient> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new CrowdClient(stage.berth, stage.image, name + i, new Random(random.nextLong()), figures));
        }
        return clients;
    }

    /** All containers, by all clients at once. */
    private static void begin(ExecutorService pool, List<CrowdClient> clients, CrowdFigures figures) throws Exception {
        long begin = System.nanoTime();
        List<Future<Void>> running = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            CrowdClient client = clients.get(i);
            int share = CONTAINERS / CLIENTS + (i < CONTAINERS % CLIENTS ? 1 : 0);
            running.add(pool.submit(() -> {
                for (int j = 0; j < share; j++) {
                    client.begin();
                }
                return null;
            }));
        }
        for (Future<Void> one : running) {
            one.get();
        }
        Repeat.say(
                CrowdIT.class,
                String.format(
                        Locale.ROOT,
                        "%d containers made and started by %d clients: %.1f a second; create %s; start %s",
                        CONTAINERS,
                        CLIENTS,
                        CONTAINERS * 1e9 / (System.nanoTime() - begin),
                        figures.create(),
                        figures.start()));
    }

    private static void timeOfPs(Berth berth) throws Exception {
        Figures api = new Figures();
        Figures verb = new Figures();
        for (int i = 0; i < 10; i++) {
            long begin = System.nanoTime();
            assertEquals(CONTAINERS, berth.get("/containers").size());
            api.add(System.nanoTime() - begin);
            begin = System.nanoTime();
            assertEquals(CONTAINERS, berth.must("ps", "-q").lines().count());
            verb.add(System.nanoTime() - begin);
        }
        Repeat.say(CrowdIT.class, "GET /containers: " + api + "; berth ps: " + verb);
    }

    private static void say(CrowdFigures figures, long begin) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        Repeat.say(
                CrowdIT.class,
                String.format(
                        Locale.ROOT,
                        "%d clients for %.0f s: %.1f containers replaced and %.1f programs run a second",
                        CLIENTS,
                        seconds,
                        figures.remove().count() / seconds,
                        figures.exec().count() / seconds));
        Repeat.say(
                CrowdIT.class,
                "exec " + figures.exec() + "; start " + figures.start() + "; rm -f " + figures.remove() + "; list "
                        + figures.list());
    }

    /** What is removed is deleted in the background, with files open. */
    private static ServiceFigures whenItIsQuiet(ServiceFigures before, long pid) throws Exception {
        ServiceFigures after = ServiceFigures.of(pid);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Await.seconds(10));
        while (after.descriptors() > before.descriptors() + DESCRIPTOR_SLACK && System.nanoTime() < deadline) {
            Thread.sleep(PAUSE_MILLIS);
            after = ServiceFigures.of(pid);
        }
        return after;
    }

    private static void noLeak(ServiceFigures before, ServiceFigures after, List<String> open) {
        assertEquals(0, after.watchers(), "threads of containers that are gone");
        assertEquals(before.mounts(), after.mounts(), "mounts");
        assertTrue(
                after.descriptors() <= before.descriptors() + DESCRIPTOR_SLACK,
                "descriptors: " + before + after + open);
        assertTrue(after.threads() <= before.threads() + THREAD_SLACK, "threads: " + before + after);
    }

    private interface Turn {
        Void take(CrowdClient client) throws Exception;
    }

    private static void all(ExecutorService pool, List<CrowdClient> clients, Turn turn) throws Exception {
        List<Callable<Void>> turns = new ArrayList<>();
        clients.forEach(client -> turns.add(() -> turn.take(client)));
        for (Future<Void> done : pool.invokeAll(turns)) {
            done.get();
        }
    }
}
