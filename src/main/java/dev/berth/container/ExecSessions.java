package dev.berth.container;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.berth.launcher.BadLaunch;
import dev.berth.launcher.ExecSpec;
import dev.berth.launcher.ExitRecord;
import dev.berth.launcher.ImageUser;
import dev.berth.launcher.LaunchFailed;
import dev.berth.launcher.Launched;
import dev.berth.launcher.LauncherException;
import dev.berth.launcher.LogEntry;
import dev.berth.launcher.LogReader;
import dev.berth.launcher.MonitorClient;
import dev.berth.launcher.MonitorGone;
import dev.berth.launcher.MonitorRecord;
import dev.berth.launcher.ProcessIdentity;
import dev.berth.launcher.ProcessSpec;
import dev.berth.launcher.Signal;
import dev.berth.linux.TerminalSize;
import dev.berth.store.DurableFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Programs run in containers that run. Their logs are in the runtime directory; the last fifty that ended are kept. */
final class ExecSessions {
    /** Marks a session whose end has been told. */
    private static final String TOLD = "told";

    private static final System.Logger LOG = System.getLogger(ExecSessions.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper()
            .registerModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
    private static final int KEPT = 50;
    private static final long KEPT_BYTES = 32L << 20;
    /** Who started a program that ended at once has this long to look at what it wrote. */
    private static final Duration SETTLED = Duration.ofMinutes(1);

    private static final long ATTEND_MILLIS = 5_000;

    private final Engine engine;
    private final ContainerPaths paths;
    private final Events events;
    private final ControlGroups groups;
    private final Map<String, ExecSession> byId = new ConcurrentHashMap<>();

    ExecSessions(Engine engine, ContainerPaths paths, Events events, ControlGroups groups) {
        this.groups = groups;
        this.engine = engine;
        this.paths = paths;
        this.events = events;
        Thread attendant = new Thread(this::attend, "exec attendant");
        attendant.setDaemon(true);
        attendant.start();
    }

    /** A program that is held up already announces no more output: somebody must look. */
    private void attend() {
        try {
            while (true) {
                Thread.sleep(ATTEND_MILLIS);
                byId.values().forEach(ExecSession::discardUnread);
                forgetOldest();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts a program; returns when it runs. */
    ExecSession start(Container container, ExecRequest request) {
        ProcessIdentity init = container.init();
        if (!container.state().canExec() || init == null) {
            throw notRunning(container);
        }
        String id = ContainerId.random().value();
        Path directory = paths.session(id);
        boolean kept = false;
        try {
            Files.createDirectories(directory);
            Launched launched = engine.launcher().exec(spec(id, container, request, init, directory));
            ExecSession.Written written = new ExecSession.Written(
                    ExecSession.Written.VERSION,
                    id,
                    container.id(),
                    request.command(),
                    request.tty(),
                    launched.process().pid(),
                    launched.started());
            write(written, directory, launched);
            kept = true;
            ExecSession session = new ExecSession(written, directory);
            if (request.detach()) {
                session.audience().expectNobody();
            }
            byId.put(id, session);
            events.publish("exec.started", id, null, Map.of("container", container.id()));
            watch(session);
            if (container.isRemoved()) { // it went, and its sessions with it, before this one was kept
                forget(session);
                throw notRunning(container);
            }
            return session;
        } catch (LaunchFailed e) {
            throw new ContainerException.NotStarted(e.exitCode(), e.getMessage(), e);
        } catch (BadLaunch e) {
            throw new ContainerException.Invalid(e.field(), e.getMessage());
        } catch (LauncherException | IOException e) {
            throw new ContainerException.NotStarted(
                    LaunchFailed.OWN_ERROR,
                    "cannot run a program in container " + container.name() + ": " + e.getMessage(),
                    e);
        } finally {
            if (!kept) {
                RuntimeFiles.delete(directory);
            }
        }
    }

    /** Of a program that is not written down nobody would ever know: it is ended. */
    private void write(ExecSession.Written written, Path directory, Launched launched) throws IOException {
        try {
            DurableFile.write(directory.resolve("session.json"), JSON.writeValueAsBytes(written));
        } catch (IOException e) {
            launched.init().signal(engine.calls(), Runs.PROC, Signal.KILL);
            launched.monitor().awaitEnd(engine.calls(), Runs.PROC, Runs.UNDO_PATIENCE);
            throw e;
        }
    }

    private static ContainerException notRunning(Container container) {
        return new ContainerException.Conflict(
                "not-running",
                "cannot run a program in container " + container.name() + ": it is "
                        + container.state().word() + "; "
                        + container.state().wayToRun());
    }

    private ExecSpec spec(String id, Container container, ExecRequest request, ProcessIdentity init, Path directory) {
        CreateRequest config = container.record().config();
        List<String> environment = new ArrayList<>(container.record().imageEnvironment());
        config.env().forEach((name, value) -> environment.add(name + "=" + value));
        String user = request.user() == null ? config.user() : request.user();
        return new ExecSpec(
                id,
                config.hostname(),
                directory,
                init,
                new ProcessSpec(
                        request.command(),
                        environment,
                        request.env(),
                        user == null ? ImageUser.ROOT : ImageUser.parse(user),
                        request.workingDir() == null ? config.workingDir() : request.workingDir(),
                        request.tty(),
                        request.openStdin(),
                        new TerminalSize(request.columns(), request.rows())),
                Starter.security(config),
                groups.of(container.id()));
    }

    ExecSession find(String id) {
        ExecSession exact = byId.get(id);
        if (exact == null) {
            throw new ContainerException.NotFound("there is no exec session " + id + "; it may have ended long ago");
        }
        return exact;
    }

    /** Runs a program to its end; who asks closes what it gives. */
    ExecOutcome run(Container container, ExecRequest request) {
        ExecSession session = start(container, request);
        ExecOutcome outcome = new ExecOutcome(engine.data().paths().temporary());
        try {
            follow(session, outcome);
            outcome.exited(session.exitCode());
            forget(session); // nobody was told of it
            return outcome;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            giveUp(session, outcome);
            throw new ContainerException.Failed("interrupted while the program ran", e);
        } catch (RuntimeException e) {
            giveUp(session, outcome);
            throw e;
        }
    }

    private void giveUp(ExecSession session, ExecOutcome outcome) {
        outcome.close();
        kill(session, Signal.KILL);
    }

    private static void follow(ExecSession session, ExecOutcome outcome) throws InterruptedException {
        Runnable reader = () -> {};
        session.audience().join(reader, false);
        try (LogReader log = session.log(0)) {
            boolean over;
            do {
                over = session.isOver();
                Optional<LogEntry> entry;
                while ((entry = log.next()).isPresent()) {
                    if (entry.get() instanceof LogEntry.Output output) {
                        outcome.add(output.bytes(), output.stream() == LogEntry.Stream.STDERR);
                    }
                }
                tellRead(session, log.offset());
                if (!over) {
                    session.awaitChange();
                }
            } while (!over);
        } finally {
            session.audience().leave(reader);
        }
    }

    private static void tellRead(ExecSession session, long offset) {
        MonitorClient monitor = session.monitor();
        if (monitor == null) {
            return;
        }
        try {
            monitor.read(offset);
        } catch (MonitorGone e) {
            LOG.log(System.Logger.Level.DEBUG, "session {0} ended while it was read", session.id());
        }
    }

    void resize(ExecSession session, TerminalSize size) {
        tell(session, monitor -> monitor.resize(size));
    }

    void kill(ExecSession session, Signal signal) {
        tell(session, monitor -> monitor.signal(signal.number()));
    }

    private static void tell(ExecSession session, Consumer<MonitorClient> message) {
        MonitorClient monitor = session.monitor();
        if (monitor == null) {
            return;
        }
        try {
            message.accept(monitor);
        } catch (MonitorGone e) {
            LOG.log(System.Logger.Level.DEBUG, "session {0} ended before it was told", session.id());
        }
    }

    /** Those of a container that is removed go with it. */
    void removeOf(Container container) {
        byId.values().stream()
                .filter(it -> it.container().equals(container.id()))
                .forEach(this::forget);
    }

    /**
     * Finds those again that an earlier service started. One that nobody was told of, since that service was killed before it could
     * answer, is ended; what is left of those whose container is gone is deleted.
     *
     * @param end ends what a monitor watches
     */
    void recover(Predicate<String> containerExists, Consumer<MonitorRecord> end) {
        try {
            Files.createDirectories(paths.sessions());
            try (DirectoryStream<Path> directories = Files.newDirectoryStream(paths.sessions())) {
                for (Path directory : directories) {
                    recover(directory, containerExists, end);
                }
            }
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot list " + paths.sessions() + ": " + e.getMessage(), e);
        }
    }

    private void recover(Path directory, Predicate<String> containerExists, Consumer<MonitorRecord> end) {
        try {
            Optional<ExecSession.Written> written = written(directory);
            if (written.filter(it -> containerExists.test(it.container())).isPresent()) {
                ExecSession session = new ExecSession(written.get(), directory);
                byId.put(session.id(), session);
                watch(session);
            } else {
                MonitorRecord.read(directory).ifPresent(end);
                RuntimeFiles.delete(directory);
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot tell what became of the session in " + directory, e);
        }
    }

    private static Optional<ExecSession.Written> written(Path directory) {
        try {
            return Optional.of(
                    JSON.readValue(Files.readAllBytes(directory.resolve("session.json")), ExecSession.Written.class));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "no session in {0}", directory);
            return Optional.empty();
        }
    }

    private void watch(ExecSession session) {
        Path directory = session.runtimeDirectory();
        try {
            session.watched(MonitorClient.connect(engine.calls(), directory, new End(session, directory)));
        } catch (MonitorGone e) {
            ended(session, directory, null);
        }
        forgetOldest();
    }

    /** @param told how it ended, as its monitor said; null when it has not */
    private void ended(ExecSession session, Path directory, ExitRecord told) {
        ExitRecord exit = ExitRecord.read(directory)
                .or(() -> Optional.ofNullable(told))
                .orElseGet(() -> new ExitRecord(137, 9, engine.clock().instant(), "its monitor was killed"));
        session.ended(exit);
        if (isNews(directory)) {
            events.publish(
                    "exec.exited",
                    session.id(),
                    null,
                    Map.of("container", session.container(), "exitCode", Integer.toString(exit.code())));
        }
    }

    /** Whether no service has told the end yet; a second call says no. */
    private static boolean isNews(Path directory) {
        try {
            Files.createFile(directory.resolve(TOLD));
            return true;
        } catch (FileAlreadyExistsException told) {
            return false;
        } catch (IOException e) {
            return true; // the directory is gone or full: better told twice than never
        }
    }

    private void forgetOldest() {
        List<ExecSession> over =
                byId.values().stream().filter(ExecSession::isOverForAll).toList();
        superfluous(over, engine.clock().instant().minus(SETTLED)).forEach(this::forget);
    }

    /**
     * Those that are kept no longer: beyond a number, and beyond what the logs of those that ended a while ago may take of a runtime
     * directory, which is memory.
     */
    static List<ExecSession> superfluous(List<ExecSession> over, Instant settled) {
        List<ExecSession> found = new ArrayList<>();
        int kept = 0;
        long bytes = 0;
        for (ExecSession session : over.stream()
                .sorted(Comparator.comparing(ExecSession::finished).reversed())
                .toList()) {
            boolean tooLarge =
                    bytes + session.bytes() > KEPT_BYTES && session.finished().isBefore(settled);
            if (kept == KEPT || tooLarge) {
                found.add(session);
            } else {
                kept++;
                bytes += session.bytes();
            }
        }
        return found;
    }

    private void forget(ExecSession session) {
        // Of two that want to forget it, one deletes.
        if (byId.remove(session.id(), session)) {
            RuntimeFiles.delete(session.runtimeDirectory());
        }
    }

    private final class End implements MonitorClient.Listener {
        private final ExecSession session;
        private final Path directory;

        private End(ExecSession session, Path directory) {
            this.session = session;
            this.directory = directory;
        }

        @Override
        public void appended(long end) {
            session.appended(end);
        }

        @Override
        public void exited(int code, int signal, long end) {
            ended(
                    session,
                    directory,
                    new ExitRecord(code, signal, engine.clock().instant(), ""));
        }

        @Override
        public void closed() {
            if (!session.isOver()) {
                ended(session, directory, null);
            }
        }
    }
}
