package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code kill -9} of the service in every phase of every operation. The moments are spread over the time that the operation takes, and
 * over the steps in it that can be seen from outside. What was running runs on, what the service had said is so, and nothing is lost,
 * doubled, stuck or left over.
 */
@Timeout(7200)
class CrashIT {
    private static final int ROUNDS = 500;
    private static final int KILL = 9;
    /** What a service keeps in its runtime directory; c and x are looked into. */
    private static final Set<String> KEPT =
            Set.of("service.json", "service.log", "start.lock", "sessions", "c", "x", "network.lock");

    @RegisterExtension
    static final Testbed bed = new Testbed();

    private static Berth berth;
    private static List<Witness> witnesses;

    private final Map<Operation, Long> durations = new EnumMap<>(Operation.class);
    private final Map<Operation, Integer> steps = new EnumMap<>(Operation.class);
    private final Figures untilTruth = new Figures();
    private final Figures fromReady = new Figures();
    private int interrupted;

    @BeforeAll
    static void start() throws Exception {
        berth = bed.berth();
        witnesses = List.of(
                new Witness(berth, bed.image(), "witness", false),
                new Witness(berth, bed.image(), "witness-at-a-terminal", true));
    }

    @Test
    void theTruthIsToldWhateverTheServiceWasKilledIn() throws Exception {
        long seed = Repeat.seed(CrashIT.class);
        Random random = new Random(seed);
        int number = 0;
        for (Operation operation : Operation.ALL) {
            learn(operation, new Victim(berth, bed.image(), number++));
        }
        kill();
        recover();
        Leaks leaks = new Leaks(berth.dataDirectory(), berth.runtimeDirectory());
        for (int round = 0; round < Repeat.times(ROUNDS); round++) {
            Operation operation = Operation.ALL.get(round % Operation.ALL.size());
            Victim victim = new Victim(berth, bed.image(), number++);
            try {
                operation.prepare(victim);
                boolean answered;
                try (OtherClient other = round % 3 == 0 ? new OtherClient(berth, bed.image()) : null) {
                    answered = killIn(operation, victim, random);
                    recover();
                }
                for (Witness witness : witnesses) {
                    witness.mustRunOn();
                }
                operation.check(victim, answered);
                operation.clear(victim);
                nothingIsLeft(leaks);
            } catch (AssertionError | Exception e) {
                throw new AssertionError("BERTH_SEED=" + seed + ", round " + round + ", " + operation, e);
            }
        }
        int counted = 0;
        for (Witness witness : witnesses) {
            counted += witness.mustHaveCounted();
        }
        Repeat.say(
                CrashIT.class,
                Repeat.times(ROUNDS) + " kills, " + interrupted + " before the answer, " + counted
                        + " lines of output complete");
        Repeat.say(CrashIT.class, "from the kill to the truth: " + untilTruth);
        Repeat.say(CrashIT.class, "from ready to the truth: " + fromReady);
        assertTrue(interrupted > Repeat.times(ROUNDS) / 4, "most operations were over before the kill");
        assertTrue(fromReady.at(1) < 1000, fromReady::toString);
    }

    /** How long the operation takes and in how many steps, when nobody is killed. */
    private void learn(Operation operation, Victim victim) throws Exception {
        operation.prepare(victim);
        long begin = System.nanoTime();
        try (Steps seen = new Steps(berth)) {
            CompletableFuture<Integer> call = perform(operation, victim);
            steps.put(operation, seen.await(Integer.MAX_VALUE, call::isDone));
            assertTrue(call.get() < 300, operation::toString);
        }
        durations.put(operation, System.nanoTime() - begin);
        operation.check(victim, true);
        operation.clear(victim);
    }

    /** @return whether the service had answered before it was killed */
    private boolean killIn(Operation operation, Victim victim, Random random) throws Exception {
        CompletableFuture<Integer> call;
        if (random.nextBoolean()) {
            long delay = (long) (durations.get(operation) * 1.1 * random.nextDouble());
            call = perform(operation, victim);
            LockSupport.parkNanos(delay);
            kill();
        } else {
            try (Steps seen = new Steps(berth)) {
                call = perform(operation, victim);
                seen.await(1 + random.nextInt(Math.max(1, steps.get(operation))), call::isDone);
                kill();
            }
        }
        try {
            int status = call.get(Await.seconds(30), TimeUnit.SECONDS);
            assertTrue(status < 300, "answered " + status);
            return true;
        } catch (java.util.concurrent.ExecutionException cut) {
            assertTrue(cut.getCause() instanceof IOException, () -> "" + cut.getCause());
            interrupted++;
            return false;
        }
    }

    private static CompletableFuture<Integer> perform(Operation operation, Victim victim) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                HttpResponse<String> answer = operation.perform(victim);
                return answer.statusCode();
            } catch (Exception cut) {
                throw new CompletionException(cut);
            }
        });
    }

    private static void kill() throws Exception {
        int pid = (int) berth.servicePid();
        Syscalls.linux().kill(pid, KILL);
        Await.until("the service is dead", 10, () -> !Files.exists(Path.of("/proc/" + pid + "/exe")));
    }

    /** Starts a service, as the next verb of a person does, and asks as soon as it can be found. */
    private void recover() throws Exception {
        long killed = berth.servicePid();
        long begin = System.nanoTime();
        Process verb = berth.start("ps", "-aq");
        long deadline = begin + TimeUnit.SECONDS.toNanos(Await.seconds(60));
        while (berth.servicePid() == killed && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        long ready = System.nanoTime();
        JsonNode all = berth.get("/containers?all=true");
        fromReady.add(System.nanoTime() - ready);
        untilTruth.add(System.nanoTime() - begin);
        for (JsonNode container : all) {
            if (container.path("name").asText().startsWith(OtherClient.NAME)) {
                continue; // its client is at work again
            }
            boolean runs = container.path("state").asText().equals("running");
            assertEquals(runs, !container.path("pid").isNull(), container::toString);
            assertTrue(Set.of("created", "running", "exited")
                    .contains(container.path("state").asText()));
            assertTrue(
                    !runs
                            || Files.exists(
                                    Path.of("/proc/" + container.path("pid").asText())),
                    container::toString);
        }
        assertTrue(verb.waitFor(Await.seconds(60), TimeUnit.SECONDS));
        assertEquals(0, verb.exitValue(), new String(verb.getErrorStream().readAllBytes()));
    }

    private static void nothingIsLeft(Leaks leaks) throws Exception {
        Set<String> running = new TreeSet<>();
        Set<String> all = new TreeSet<>();
        for (JsonNode container : berth.get("/containers?all=true")) {
            all.add(container.path("id").asText());
            running.add(container.path("id").asText().substring(0, 16));
        }
        assertEquals(witnesses.size(), all.size(), all::toString);
        Await.until("nothing is left: " + left(leaks), 15, () -> left(leaks).isEmpty());
        assertEquals(all, names(berth.dataDirectory().resolve("containers")));
        assertEquals(running, names(berth.runtimeDirectory().resolve("c")));
        for (String empty : List.of("volumes", "tmp", "partial")) {
            assertEquals(Set.of(), names(berth.dataDirectory().resolve(empty)), empty);
        }
        Set<String> unknown = names(berth.runtimeDirectory());
        unknown.removeAll(KEPT);
        assertEquals(Set.of(), unknown, "files in the runtime directory");
        for (String id : all) {
            Set<String> drafts =
                    names(berth.dataDirectory().resolve("containers").resolve(id));
            drafts.removeIf(name -> !name.startsWith(".") && !name.endsWith(".tmp"));
            assertEquals(Set.of(), drafts);
        }
    }

    /** Without the service of now, and what the witnesses have. */
    private static List<String> left(Leaks leaks) throws Exception {
        List<String> left = new ArrayList<>(leaks.look());
        Set<String> ids = names(berth.dataDirectory().resolve("containers"));
        left.removeIf(line -> berth.isService(line)
                || line.contains(Witness.PAUSE) // what a witness has forked for this moment
                || line.startsWith("directory ") && ids.stream().anyMatch(id -> line.contains(id.substring(0, 16))));
        return left;
    }

    private static Set<String> names(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        } catch (NoSuchFileException none) {
            return new TreeSet<>();
        }
    }
}
