package dev.berth.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The dashboard's sessions. A session is a cookie and a secret: the cookie travels to every port of the host name and is assumed to be
 * stolen, the secret stays in the page's own origin. Kept in a file of digests in the runtime directory, so that an open page outlives a
 * restart of the service, and no session outlives the machine's.
 *
 * <p>Safe for many threads.
 */
public final class Sessions {
    private static final Duration LIFE = Duration.ofDays(30);
    private static final int MOST = 64;
    private static final String VERSION = "1";

    /** What the browser is given, once. */
    public record Granted(String cookie, String secret) {}

    private record Kept(String secretDigest, long created) {}

    private final Path file;
    private final Clock clock;
    private final Map<String, Kept> byCookie = new LinkedHashMap<>();
    private final List<Consumer<String>> ended = new ArrayList<>();

    /** Reads what is there; a file of another version, or half a one, is no session. */
    public Sessions(Path file, Clock clock) {
        this.file = file;
        this.clock = clock;
        read();
    }

    /** A new session; beyond 64 the oldest ends. */
    public synchronized Granted open() {
        Granted granted = new Granted(Secret.random(), Secret.random());
        byCookie.put(Secret.digest(granted.cookie()), new Kept(Secret.digest(granted.secret()), clock.millis()));
        if (byCookie.size() > MOST) {
            byCookie.entrySet().stream()
                    .min(Comparator.comparingLong(entry -> entry.getValue().created()))
                    .ifPresent(oldest -> byCookie.remove(oldest.getKey()));
        }
        write();
        return granted;
    }

    /** Whether the cookie is one of ours: enough for a page without data, for nothing else. */
    public synchronized boolean knows(String cookie) {
        return find(cookie).isPresent();
    }

    /** Whether both belong together. */
    public synchronized boolean admits(String cookie, String secret) {
        return secret != null
                && find(cookie)
                        .filter(kept -> Secret.same(kept.secretDigest(), Secret.digest(secret)))
                        .isPresent();
    }

    /** Ends a session; what listens is told (open sockets close). A second call does nothing. */
    public void end(String cookie) {
        boolean known;
        List<Consumer<String>> listeners;
        synchronized (this) {
            known = cookie != null && byCookie.remove(Secret.digest(cookie)) != null;
            if (known) {
                write();
            }
            listeners = List.copyOf(ended);
        }
        if (known) {
            listeners.forEach(listener -> listener.accept(cookie));
        }
    }

    /** Told the cookie of each session that is signed out. */
    public synchronized void onEnd(Consumer<String> listener) {
        ended.add(listener);
    }

    private Optional<Kept> find(String cookie) {
        if (cookie == null) {
            return Optional.empty();
        }
        long oldest = clock.millis() - LIFE.toMillis();
        return Optional.ofNullable(byCookie.get(Secret.digest(cookie))).filter(kept -> kept.created() >= oldest);
    }

    private void read() {
        try {
            for (String line : Files.readAllLines(file)) {
                String[] fields = line.split(" ");
                if (fields.length == 4 && fields[0].equals(VERSION) && fields[3].matches("\\d{1,15}")) {
                    byCookie.put(fields[1], new Kept(fields[2], Long.parseLong(fields[3])));
                }
            }
        } catch (NoSuchFileException e) {
            // the first start since the machine's
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the dashboard's sessions", e);
        }
    }

    private void write() {
        List<String> lines = new ArrayList<>();
        byCookie.forEach((cookie, kept) ->
                lines.add(String.join(" ", VERSION, cookie, kept.secretDigest(), Long.toString(kept.created()))));
        try {
            Path draft = Files.createTempFile(
                    file.getParent(),
                    ".sessions",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(draft, lines);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the dashboard's sessions in " + file, e);
        }
    }
}
