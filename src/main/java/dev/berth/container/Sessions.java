package dev.berth.container;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.launcher.BadLaunch;
import dev.berth.launcher.CapabilitySet;
import dev.berth.launcher.ExecSpec;
import dev.berth.launcher.ExitRecord;
import dev.berth.launcher.ImageUser;
import dev.berth.launcher.LaunchFailed;
import dev.berth.launcher.Launched;
import dev.berth.launcher.MonitorRecord;
import dev.berth.launcher.ProcessIdentity;
import dev.berth.launcher.ProcessSpec;
import dev.berth.launcher.Security;
import dev.berth.linux.TerminalSize;
import dev.berth.store.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Exec sessions: started, followed, and kept for a while after their end, so that somebody may read how they ended. */
final class Sessions {
    private static final String FILE = "session.json";
    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final int MOST_ENDED = 64;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Machine machine;
    private final ContainerTree tree;
    private final Shelf shelf;
    private final Events events;
    private final SecureRandom random = new SecureRandom();
    private final Map<ContainerId, Session> sessions = new ConcurrentHashMap<>();

    /** What a service that is started later must know of a session. */
    record Stored(int version, ContainerId id, ContainerId container, ExecRequest request) {}

    Sessions(Containers.Parts parts) {
        this.machine = parts.machine();
        this.tree = parts.machine().tree();
        this.shelf = parts.shelf();
        this.events = parts.events();
    }

    Session start(Container container, ExecRequest request) {
        ImageUser user = Sentences.checked(() -> ImageUser.parse(
                request.user() == null ? container.record().config().user() : request.user()));
        Container.Processes target = running(container);
        dropOld();
        ContainerId id = ContainerId.random(random);
        Path directory = ContainerTree.make(tree.session(id));
        Session session = new Session(id, container.id(), request, directory);
        sessions.put(id, session);
        try {
            DurableFile.write(
                    directory.resolve(FILE), JSON.writeValueAsBytes(new Stored(1, id, container.id(), request)));
            Launched launched = machine.launcher().exec(spec(container, session, target.init(), user));
            follow(session, launched.monitor(), launched.process().pid());
            events.publish(
                    "exec.started",
                    container,
                    Map.of("exec", id.value(), "command", String.join(" ", request.command())));
            return session;
        } catch (IOException e) {
            forget(session);
            throw new ContainerException.Failed("cannot write in " + directory + ": " + e.getMessage(), e);
        } catch (BadLaunch e) {
            forget(session);
            throw new ContainerException.Invalid(e.field(), e.getMessage());
        } catch (LaunchFailed e) {
            forget(session);
            running(container); // it may have ended meanwhile, which is the better reason
            throw new ContainerException.NotStarted(
                    e.exitCode(),
                    "cannot run '" + request.command().get(0) + "' in " + container.name() + ": " + e.getMessage(),
                    e);
        } catch (RuntimeException e) {
            forget(session);
            throw e;
        }
    }

    private static Container.Processes running(Container container) {
        Optional<Container.Processes> processes = container.processes();
        if (!container.state().canExec() || processes.isEmpty()) {
            throw new ContainerException.Conflict(
                    "wrong-state",
                    "cannot run a program in " + container.name() + ": it is "
                            + container.state().word() + "; start it first");
        }
        return processes.get();
    }

    private static ExecSpec spec(Container container, Session session, ProcessIdentity init, ImageUser user) {
        CreateRequest config = container.record().config();
        ExecRequest request = session.request();
        return new ExecSpec(
                session.id().value(),
                config.hostname(),
                session.logDirectory(),
                init,
                new ProcessSpec(
                        request.command(),
                        Starting.environment(config.env()),
                        request.env(),
                        user,
                        request.workingDir() == null ? config.workingDir() : request.workingDir(),
                        request.tty(),
                        request.openStdin(),
                        new TerminalSize(request.columns(), request.rows())),
                new Security(
                        CapabilitySet.of(config.capAdd(), config.capDrop()),
                        config.readOnly(),
                        config.noNewPrivileges()));
    }

    private void follow(Session session, ProcessIdentity monitor, int pid) {
        Watching watching = new Watching(machine, session, monitor, Optional.empty(), (code, when, reason) -> {
            session.ended(code, when);
            Container container = shelf.get(session.container());
            if (container != null) {
                events.publish(
                        "exec.exited",
                        container,
                        Map.of("exec", session.id().value(), "exitCode", Integer.toString(code)));
            }
        });
        session.begun(pid, watching);
        watching.begin();
    }

    Session find(String id) {
        Session session = ContainerId.isId(id) ? sessions.get(new ContainerId(id)) : null;
        if (session == null) {
            throw new ContainerException.NotFound("there is no exec session \"" + id + "\"");
        }
        return session;
    }

    /** Finds the sessions of a service before this one. To be called when the containers are there. */
    void recover() {
        for (Path directory : ContainerTree.children(tree.sessions())) {
            Optional<Stored> stored = stored(directory);
            Optional<MonitorRecord> monitor = MonitorRecord.read(directory);
            boolean known = stored.isPresent() && shelf.get(stored.get().container()) != null;
            if (!known || monitor.isEmpty() || !monitor.get().boot().equals(machine.boot())) {
                Directories.delete(directory);
                continue;
            }
            Session session = new Session(
                    stored.get().id(), stored.get().container(), stored.get().request(), directory);
            sessions.put(session.id(), session);
            Optional<ExitRecord> exit = ExitRecord.read(directory);
            if (exit.isPresent()) {
                session.ended(exit.get().code(), exit.get().time());
            } else {
                follow(
                        session,
                        monitor.get().monitor(),
                        monitor.get().process().map(ProcessIdentity::pid).orElse(0));
            }
        }
    }

    /** Lets programs go on whose output nobody reads. To be called now and then. */
    void discardUnread() {
        Instant now = Instant.now();
        sessions.values().stream()
                .filter(session -> session.isAlive() && session.isUnattended(now))
                .forEach(session -> session.watching().ifPresent(Watching::discard));
    }

    private static Optional<Stored> stored(Path directory) {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(directory.resolve(FILE)), Stored.class));
        } catch (IOException damaged) {
            return Optional.empty();
        }
    }

    /** A session whose end nobody asked about for a while goes, and the oldest when there are many. */
    private void dropOld() {
        Instant before = Instant.now().minus(KEPT);
        List<Session> ended = sessions.values().stream()
                .filter(session ->
                        session.finished().isPresent() && session.viewers().get() == 0)
                .sorted(Comparator.comparing(session -> session.finished().orElseThrow()))
                .toList();
        for (int i = 0; i < ended.size(); i++) {
            boolean old = ended.get(i).finished().orElseThrow().isBefore(before);
            if (old || i < ended.size() - MOST_ENDED) {
                forget(ended.get(i));
            }
        }
    }

    /** All of a container that is being removed. */
    void forget(ContainerId container) {
        sessions.values().stream()
                .filter(session -> session.container().equals(container))
                .toList()
                .forEach(this::forget);
    }

    void forget(Session session) {
        sessions.remove(session.id());
        session.setRemoved();
        session.watching().ifPresent(Watching::stop);
        Directories.delete(session.logDirectory());
    }
}
