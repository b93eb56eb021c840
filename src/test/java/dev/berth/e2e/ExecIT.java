package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Programs that run in a container beside its own. */
@Timeout(300)
class ExecIT {
    @RegisterExtension
    static final Testbed bed = new Testbed();

    private static Berth berth;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() throws Exception {
        berth = bed.berth();
        berth.must("run", "-d", "--name", "runs", "-e", "A=1", "-w", "/tmp", bed.image(), "sleep", "1000");
    }

    @Test
    void itHasTheContainersEnvironmentDirectoryAndItsOwn() throws Exception {
        assertEquals("1 2 /tmp", berth.must("exec", "-e", "B=2", "runs", "sh", "-c", "echo $A $B $PWD"));
        assertEquals(
                "/opt 1000", berth.must("exec", "-w", "/opt", "-u", "1000", "runs", "sh", "-c", "echo $PWD $(id -u)"));
    }

    @Test
    void aDirectoryThatIsNotThereIsNotMadeForIt() throws Exception {
        Berth.Result result = berth.run("exec", "-w", "/opt/typo", "runs", "pwd");
        assertEquals(125, result.exit(), result::complaint);
        assertTrue(result.complaint().contains("/opt/typo"), result::complaint);
        assertEquals(1, berth.run("exec", "runs", "test", "-e", "/opt/typo").exit());
    }

    @Test
    void itsExitCodeAndStreamsAreItsOwn() throws Exception {
        Berth.Result result = berth.run("exec", "runs", "sh", "-c", "echo out; echo err >&2; exit 9");
        assertEquals(9, result.exit());
        assertEquals("out\n", result.text());
        assertEquals("err\n", result.complaint());
        assertEquals(127, berth.run("exec", "runs", "nope").exit());
        assertEquals(126, berth.run("exec", "runs", "/opt").exit());
    }

    @Test
    void whatIsPipedInComesOut() throws Exception {
        byte[] input = "x".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        Berth.Result result = berth.feed(input, "exec", "-i", "runs", "cat");
        assertEquals(0, result.exit(), result::complaint);
        assertEquals(new String(input, StandardCharsets.US_ASCII), result.text());
    }

    @Test
    void moreThanItsLogKeepsIsPipedThrough() throws Exception {
        byte[] input = "0123456789abcde\n".repeat(2_000_000).getBytes(StandardCharsets.US_ASCII);
        Berth.Result result = berth.feed(input, "exec", "-i", "runs", "cat");
        assertEquals(0, result.exit(), result::complaint);
        assertEquals(new String(input, StandardCharsets.US_ASCII), result.text());
    }

    /** More than the service has memory. */
    @Test
    void inputThatNobodyTakesWaitsWithWhoSendsIt() throws Exception {
        long pid = berth.servicePid();
        String late = "while [ ! -e /tmp/go ]; do usleep 10000; done; wc -c";
        Process client = berth.start("exec", "-i", "runs", "sh", "-c", late);
        long size = 300_000_000;
        AtomicLong taken = pour(size, client);
        awaitStandstill(taken);
        assertTrue(taken.get() < size / 8, () -> taken + " bytes were taken for a program that takes none");
        berth.must("exec", "runs", "touch", "/tmp/go");
        String counted = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertEquals(size + "\n", counted, () -> new String(read(client.getErrorStream()), StandardCharsets.UTF_8));
        assertEquals(pid, berth.servicePid());
    }

    @Test
    void aSignalDoesNotWaitBehindInputThatNobodyTakes() throws Exception {
        Process client = berth.start("exec", "-i", "runs", "sleep", "1000");
        awaitStandstill(pour(300_000_000, client));
        Syscalls.linux().kill((int) client.pid(), 2);
        assertTrue(client.waitFor(Await.seconds(20), TimeUnit.SECONDS));
        assertEquals(130, client.exitValue());
    }

    @Test
    void aClientWhoseOutputIsClosedEndsThoughItsInputWaits() throws Exception {
        Process client = berth.start("exec", "-i", "runs", "sh", "-c", "while :; do echo x; usleep 10000; done");
        awaitStandstill(pour(300_000_000, client));
        client.getInputStream().close();
        assertTrue(client.waitFor(Await.seconds(20), TimeUnit.SECONDS));
    }

    private static byte[] read(InputStream in) {
        try {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static AtomicLong pour(long size, Process into) {
        AtomicLong taken = new AtomicLong();
        CompletableFuture.runAsync(() -> {
            byte[] zeros = new byte[100_000];
            try (OutputStream in = into.getOutputStream()) {
                while (taken.get() < size) {
                    in.write(zeros);
                    taken.addAndGet(zeros.length);
                }
            } catch (IOException ended) {
                return;
            }
        });
        return taken;
    }

    private static void awaitStandstill(AtomicLong count) throws InterruptedException {
        AtomicLong last = new AtomicLong();
        AtomicLong since = new AtomicLong();
        Await.until("it stands still", 60, () -> {
            long now = System.nanoTime();
            if (last.getAndSet(count.get()) != count.get() || count.get() == 0) {
                since.set(now);
            }
            return now - since.get() > TimeUnit.SECONDS.toNanos(Await.seconds(1));
        });
    }

    @Test
    void aProgramInTheBackgroundIsNotHeldUpByItsUnreadOutput() throws Exception {
        berth.must("exec", "-d", "runs", "sh", "-c", "yes | head -c 50000000; touch /tmp/done");
        Await.until(
                "the program is done",
                60,
                () -> berth.run("exec", "runs", "ls", "/tmp/done").exit() == 0);
    }

    /** Together many times the heap of the service. */
    @Test
    void thoseThatAreWaitedForMaySayMuchAtOnce() throws Exception {
        long pid = berth.servicePid();
        String request = """
                {"command":["sh","-c","head -c 17000000 /dev/urandom; head -c 17000000 /dev/urandom >&2; exit 3"]}""";
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest exec = execAndWait(request);
        List<CompletableFuture<HttpResponse<Path>>> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            answers.add(client.sendAsync(exec, HttpResponse.BodyHandlers.ofFile(directory.resolve("answer" + i))));
        }
        for (CompletableFuture<HttpResponse<Path>> answer : answers) {
            JsonNode said = new ObjectMapper()
                    .readTree(answer.get(120, TimeUnit.SECONDS).body().toFile());
            assertEquals(3, said.path("exitCode").asInt());
            assertTrue(said.path("truncated").asBoolean());
            assertTrue(said.path("stdout").asText().length() > 8 << 20, "about two bytes of three are a character");
            assertTrue(said.path("stderr").asText().length() > 8 << 20);
        }
        assertEquals(pid, berth.servicePid());
        try (Stream<Path> left = Files.list(berth.dataDirectory().resolve("tmp"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aClientThatGivesUpEndsTheProgramAndIsNoFailureOfTheService() throws Exception {
        HttpRequest exec = execAndWait("{\"command\":[\"sh\",\"-c\",\"touch /tmp/begun; sleep 4711\"]}");
        CompletableFuture<?> answer = HttpClient.newHttpClient().sendAsync(exec, HttpResponse.BodyHandlers.ofString());
        Await.until(
                "it runs",
                20,
                () -> berth.run("exec", "runs", "ls", "/tmp/begun").exit() == 0);
        answer.cancel(true);
        Await.until("it is ended", 20, () -> !berth.must("top", "runs").contains("4711"));
        String log = ServiceLog.of(berth);
        assertEquals(List.of(), ServiceLog.failures(log), log);
    }

    /** Its root writes what the service reads at each exec. */
    @Test
    void aContainersOwnPasswdHarmsNobodyElse() throws Exception {
        long pid = berth.servicePid();
        berth.must("run", "-d", "--name", "odd", bed.image(), "sleep", "1000");
        berth.must("exec", "odd", "sh", "-c", "yes a | head -c 4194304 > /etc/passwd");
        assertEquals("0", berth.must("exec", "odd", "id", "-u"));
        berth.must("exec", "odd", "sh", "-c", "printf 'root:x:0:0::/a\\0b:/bin/sh\\n' > /etc/passwd");
        Set<Path> before = sessions();
        Berth.Result refused = berth.run("exec", "odd", "true");
        assertTrue(
                refused.complaint().contains("the user's home directory in /etc/passwd of the image contains NUL"),
                refused::complaint);
        Set<Path> left = sessions();
        left.removeAll(before);
        assertEquals(Set.of(), left);
        assertEquals(pid, berth.servicePid());
        berth.must("rm", "-f", "odd");
    }

    private static Set<Path> sessions() throws Exception {
        try (Stream<Path> directories = Files.list(berth.runtimeDirectory().resolve("x"))) {
            return directories.collect(Collectors.toSet());
        }
    }

    private static HttpRequest execAndWait(String request) throws Exception {
        return HttpRequest.newBuilder(URI.create(berth.url() + "/api/v1/containers/runs/exec?wait=true"))
                .header("Authorization", "Bearer " + berth.token())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(request))
                .build();
    }
}
