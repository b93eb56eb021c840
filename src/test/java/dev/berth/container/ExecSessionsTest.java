package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.launcher.ExitRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecSessionsTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final Instant SETTLED = NOW.minusSeconds(60);

    @TempDir
    Path directory;

    /** Ended so many seconds ago, with a log of so many bytes. */
    private ExecSession ended(int secondsAgo, long bytes) throws IOException {
        String id = "s" + secondsAgo;
        Path files = Files.createDirectory(directory.resolve(id));
        try (RandomAccessFile log = new RandomAccessFile(files.resolve("log").toFile(), "rw")) {
            log.setLength(bytes);
        }
        Instant end = NOW.minusSeconds(secondsAgo);
        ExecSession session = new ExecSession(new ExecSession.Written(1, id, "c", List.of("sh"), false, 1, end), files);
        session.ended(new ExitRecord(0, 0, end, ""));
        return session;
    }

    private static List<String> superfluous(List<ExecSession> over) {
        return ExecSessions.superfluous(over, SETTLED).stream()
                .map(ExecSession::id)
                .toList();
    }

    @Test
    void fiftyAreKeptAndTheOldestGo() throws IOException {
        List<ExecSession> over = new ArrayList<>();
        for (int i = 1; i <= 52; i++) {
            over.add(ended(i, 10));
        }
        assertEquals(List.of("s51", "s52"), superfluous(over));
    }

    @Test
    void largeOnesGoWhenTheyHaveSettledAndSmallOlderOnesStay() throws IOException {
        List<ExecSession> over =
                List.of(ended(300, 10), ended(200, 20 << 20), ended(100, 20 << 20), ended(90, 5 << 20));
        assertEquals(List.of("s200"), superfluous(over));
    }

    @Test
    void whoHasJustEndedCanBeLookedAtHoweverLarge() throws IOException {
        assertEquals(
                List.of("s70"),
                superfluous(List.of(ended(1, 20 << 20), ended(2, 20 << 20), ended(3, 20 << 20), ended(70, 1))));
    }
}
