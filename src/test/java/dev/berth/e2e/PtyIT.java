package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.TerminalSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** A container at a terminal, and at a pipe. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PtyIT {
    /** Busybox asks for the place of the cursor, and may write its prompt anew. */
    private static final String PROMPT = "/ # (\u001b\\[(6n|J))?$";

    private static final String LINE = "012345678\n";
    private static final long TWELVE_MEGABYTES_A_SECOND = 80;

    private static final TerminalSize SIZE = new TerminalSize(100, 30);

    private Stage stage;

    @BeforeAll
    void begin() throws Exception {
        stage = new Stage();
    }

    @AfterAll
    void end() throws Exception {
        if (stage != null) {
            stage.close();
        }
    }

    private PseudoTerminal shell() throws Exception {
        PseudoTerminal terminal = stage.berth.terminal(SIZE, "run", "-it", "--rm", stage.image, "sh");
        terminal.await(PROMPT);
        return terminal;
    }

    @Test
    void theShortFormFetchesStartsAndStandsInTheShell() throws Exception {
        String image = stage.push("short:2", made -> {});
        String name = image.substring(0, image.lastIndexOf(':'));
        try (PseudoTerminal terminal = stage.berth.terminal(SIZE, name, "2")) {
            terminal.await(PROMPT);
            terminal.ask("whoami", "\nroot\r");
            terminal.type("exit 7\r");
            assertEquals(7, terminal.exitCode());
        }
        assertFalse(stage.berth.must("ps", "-a").contains("short"));
    }

    @Test
    void theTerminalHasItsSizeFromTheFirstInstantAndFollowsAResize() throws Exception {
        try (PseudoTerminal terminal =
                stage.berth.terminal(SIZE, "run", "-it", "--rm", stage.image, "sh", "-c", "stty size; exec sh")) {
            terminal.await("30 100\r\n");
            terminal.await(PROMPT);
            int mark = terminal.mark();
            terminal.resize(132, 50);
            terminal.type("until [ \"$(stty size)\" = '50 132' ]; do sleep 0.1; done; echo resized: $(stty size)\r");
            terminal.await("resized: 50 132\r\n", mark);
            terminal.type("exit\r");
            assertEquals(0, terminal.exitCode());
        }
    }

    @Test
    void theTerminalHasANameInTheContainer() throws Exception {
        try (PseudoTerminal terminal = shell()) {
            terminal.ask("tty", "\n/dev/(pts/[0-9]+|console)\r\n");
            terminal.ask("test -c $(tty) && echo is-there", "\nis-there\r\n");
            terminal.type("exit\r");
            assertEquals(0, terminal.exitCode());
        }
    }

    @Test
    void anInterruptEndsTheProgramAndNotTheShell() throws Exception {
        try (PseudoTerminal terminal = shell()) {
            int mark = terminal.mark();
            terminal.type("while true; do echo busy; done\r");
            terminal.await("busy\r\nbusy\r\n", mark);
            terminal.type("\u0003");
            terminal.ask("echo code $?", "\ncode [0-9]+\r\n");
            // Said by the job itself: it has the terminal, and not the shell any more.
            terminal.ask("sh -c \"echo g''o; exec sleep 1000\"", "\ngo\r\n");
            mark = terminal.mark();
            terminal.type("\u0003");
            terminal.await(PROMPT, mark);
            terminal.type("exit 3\r");
            assertEquals(3, terminal.exitCode());
        }
    }

    @Test
    void jobsAreStoppedListedAndContinued() throws Exception {
        try (PseudoTerminal terminal = shell()) {
            terminal.ask("echo g''o; cat", "\ngo\r\n");
            terminal.ask("ping-pong", "ping-pong\r\nping-pong\r\n");
            int mark = terminal.mark();
            terminal.type("\u001a");
            terminal.await("Stopped.*" + PROMPT, mark);
            terminal.ask("jobs", "Stopped +cat\r\n");
            terminal.ask("fg", "\ncat\r\n");
            terminal.ask("again", "again\r\nagain\r\n");
            mark = terminal.mark();
            terminal.type("\u0004");
            terminal.await(PROMPT, mark);
            terminal.type("exit 0\r");
            assertEquals(0, terminal.exitCode());
        }
    }

    @Test
    void viEditsAFile() throws Exception {
        try (PseudoTerminal terminal = shell()) {
            int mark = terminal.mark();
            terminal.type("vi /tmp/letter\r");
            // It draws as many lines as the terminal has.
            terminal.await("(~[^~]*){25}", mark);
            terminal.type("idear reader\u001b");
            terminal.await("dear reader", mark);
            mark = terminal.mark();
            terminal.type(":wq\r");
            terminal.await("/ # ", mark);
            terminal.ask("cat /tmp/letter", "\ndear reader\r\n");
            terminal.type("exit\r");
            assertEquals(0, terminal.exitCode());
        }
    }

    @Test
    void tenMegabytesArriveByteForByte() throws Exception {
        byte[] expected = new byte[10_000_000];
        new Random(7).nextBytes(expected);
        Berth.Result result = stage.berth.feed(expected, "run", "--rm", "-i", stage.image, "cat");
        assertEquals(0, result.exit(), result.complaint());
        assertEquals(digest(expected), digest(result.out()));
        assertArrayEquals(expected, result.out());
    }

    @Test
    void tenMegabytesArriveByteForByteThroughATerminal() throws Exception {
        String script = "stty raw; i=0; while [ $i -lt 100000 ]; do printf '%0100d' $i; i=$((i+1)); done";
        StringBuilder expected = new StringBuilder(10_000_000);
        for (int i = 0; i < 100_000; i++) {
            expected.append(String.format("%0100d", i));
        }
        try (PseudoTerminal terminal =
                stage.berth.terminal(SIZE, "run", "-it", "--rm", stage.image, "sh", "-c", script)) {
            assertEquals(0, terminal.exitCode());
            terminal.await(String.format("%0100d", 99_999));
            String text = terminal.text();
            int begin = text.indexOf("0000");
            assertTrue(begin >= 0, "nothing arrived");
            assertEquals(
                    digest(expected.toString().getBytes(StandardCharsets.US_ASCII)),
                    digest(text.substring(begin, Math.min(text.length(), begin + expected.length()))
                            .getBytes(StandardCharsets.US_ASCII)));
        }
    }

    @Test
    void aPipeIsTheInput() throws Exception {
        Berth.Result result =
                stage.berth.feed("x\n".getBytes(StandardCharsets.US_ASCII), "run", "-i", "--rm", stage.image, "cat");
        assertEquals(0, result.exit(), result.complaint());
        assertEquals("x\n", result.text());
    }

    /** The reader is slower than the program, and the log keeps less than half of this. */
    @Test
    void whoStartsAProgramMissesNothingOfItHoweverSlowlyThatIsRead() throws Exception {
        int size = 80_000_000;
        Process run = stage.berth.start(
                "run", "--rm", stage.image, "sh", "-c", "yes 012345678 | head -c " + size + "; echo over >&2");
        CompletableFuture<byte[]> complaints = CompletableFuture.supplyAsync(() -> all(run.getErrorStream()));
        byte[] part = new byte[256 * 1024];
        byte[] lines = LINE.repeat(part.length / LINE.length() + 2).getBytes(StandardCharsets.US_ASCII);
        int taken = 0;
        for (int count; (count = run.getInputStream().read(part)) >= 0; taken += count) {
            int phase = taken % LINE.length();
            assertEquals(-1, Arrays.mismatch(lines, phase, phase + count, part, 0, count), "after byte " + taken);
            LockSupport.parkNanos(count * TWELVE_MEGABYTES_A_SECOND);
        }
        assertEquals(size, taken);
        assertEquals("over\n", new String(complaints.get(Await.seconds(20), TimeUnit.SECONDS), StandardCharsets.UTF_8));
        assertEquals(0, run.waitFor());
    }

    /** One who looks on and stands still is no reason for the program to do so. */
    @Test
    void aProgramIsHeldForNobodyWhoOnlyLooksOn() throws Exception {
        stage.berth.must("run", "-d", "--name", "watched", stage.image, "sh", "-c", "echo up; sleep 1000");
        Process looker = stage.berth.start("attach", "watched");
        try {
            assertEquals('u', looker.getInputStream().read());
            stage.berth.must("exec", "watched", "sh", "-c", "yes 012345678 | head -c 80000000 >/proc/2/fd/1");
        } finally {
            looker.destroyForcibly();
        }
        stage.berth.must("rm", "-f", "watched");
    }

    private static byte[] all(InputStream stream) {
        try {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void outputAndErrorsAreApart() throws Exception {
        Berth.Result result = stage.berth.run("run", "--rm", stage.image, "sh", "-c", "echo out; echo err >&2");
        assertEquals("out\n", result.text());
        assertEquals("err\n", result.complaint());
    }

    @Test
    void aDetachedShellIsAttachedAgainWithItsEarlierOutput() throws Exception {
        try (PseudoTerminal terminal = stage.berth.terminal(SIZE, "run", "-it", "--name", "left", stage.image, "sh")) {
            terminal.await(PROMPT);
            terminal.ask("echo $((6 * 7))-answers", "\n42-answers\r\n");
            terminal.type("\u0010\u0011");
            assertEquals(0, terminal.exitCode());
        }
        assertEquals(
                "running", stage.berth.get("/containers/left").path("state").asText());
        try (PseudoTerminal terminal = stage.berth.terminal(SIZE, "attach", "left")) {
            terminal.await("\n42-answers\r\n");
            terminal.ask("echo still-$((1 + 1))", "\nstill-2\r\n");
            terminal.type("exit 5\r");
            assertEquals(5, terminal.exitCode());
        }
        stage.berth.must("rm", "left");
    }

    @Test
    void theTerminalOfTheCallerIsRestored() throws Exception {
        try (PseudoTerminal terminal =
                new PseudoTerminal(SIZE, java.util.Map.of("PS1", "host> "), java.util.List.of("/bin/sh"))) {
            terminal.await("host> $");
            String before = settings(terminal);
            int mark = terminal.mark();
            terminal.type(stage.berth.commandLine("run", "-it", "--rm", stage.image, "true") + "\r");
            terminal.await("host> $", mark);
            assertEquals(before, settings(terminal));
            assertFalse(before.isEmpty());
            terminal.type("exit\r");
        }
    }

    private static String settings(PseudoTerminal terminal) throws Exception {
        return terminal.ask("stty -g", "\n([0-9a-f:]+)\r\nhost> $").group(1);
    }

    private static String digest(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
