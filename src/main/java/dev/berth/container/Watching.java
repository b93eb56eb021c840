package dev.berth.container;

import dev.berth.launcher.ExitRecord;
import dev.berth.launcher.MonitorClient;
import dev.berth.launcher.MonitorGone;
import dev.berth.launcher.ProcessIdentity;
import dev.berth.linux.PidFd;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Follows one run by its monitor and tells, once, how it ended: by the monitor's last frame and its exit file; where there is
 * neither, the monitor was killed, and what is left of the run is killed too.
 */
final class Watching implements MonitorClient.Listener {
    private static final Duration MONITOR_PATIENCE = Duration.ofSeconds(10);
    private static final int SIGKILL = 9;
    private static final int KILLED = 128 + SIGKILL;

    private final Machine machine;
    private final Program program;
    private final ProcessIdentity monitor;
    private final Optional<ProcessIdentity> init;
    private final Ended ended;
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile MonitorClient client;
    private volatile long end;

    /** Hears of the end, in the watching thread. */
    interface Ended {
        /** @param reason null, or a sentence when the program did not end by itself */
        void ended(int code, Instant when, String reason);
    }

    /** @param init ended with the monitor; empty for an exec session, whose PID 1 is the container's */
    Watching(Machine machine, Program program, ProcessIdentity monitor, Optional<ProcessIdentity> init, Ended ended) {
        this.machine = machine;
        this.program = program;
        this.monitor = monitor;
        this.init = init;
        this.ended = ended;
    }

    void begin() {
        try {
            client = MonitorClient.connect(machine.calls(), program.socketDirectory(), this);
        } catch (MonitorGone gone) {
            Thread thread = new Thread(
                    this::settle, "settle " + program.socketDirectory().getFileName());
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Lets go without telling anything; the run goes on. */
    void stop() {
        told.set(true);
        MonitorClient now = client;
        if (now != null) {
            now.close();
        }
    }

    /** Nobody reads the output of a paced program: it may go on all the same. */
    void discard() {
        MonitorClient now = client;
        if (now != null) {
            try {
                now.read(end);
            } catch (MonitorGone over) {
                return; // its end is on the way
            }
        }
    }

    @Override
    public void appended(long newEnd) {
        end = newEnd;
        program.pulse().beat();
    }

    @Override
    public void exited(int code, int signal, long end) {
        Optional<ExitRecord> exit = ExitRecord.read(program.logDirectory());
        tell(
                code,
                exit.map(ExitRecord::time).orElseGet(Instant::now),
                exit.map(ExitRecord::reason).orElse(null));
    }

    @Override
    public void closed() {
        if (!told.get()) {
            settle();
        }
    }

    /** The monitor is gone or going: waits for that, and then the exit file is the truth. */
    private void settle() {
        awaitEnd(machine, monitor, MONITOR_PATIENCE);
        Optional<ExitRecord> exit = ExitRecord.read(program.logDirectory());
        if (exit.isPresent()) {
            tell(exit.get().code(), exit.get().time(), exit.get().reason());
            return;
        }
        init.ifPresent(process -> end(machine, process));
        tell(KILLED, Instant.now(), "its monitor was killed");
    }

    private void tell(int code, Instant when, String reason) {
        if (told.compareAndSet(false, true)) {
            ended.ended(code, when, reason);
        }
    }

    /** Waits for a process to end. @return false when it runs on after that time */
    static boolean awaitEnd(Machine machine, ProcessIdentity process, Duration patience) {
        try (PidFd handle = process.open(machine.calls(), machine.proc()).orElse(null)) {
            return handle == null || handle.awaitEnd(patience);
        }
    }

    /** Sends a signal. @return false when the process is gone */
    static boolean signal(Machine machine, ProcessIdentity process, int number) {
        try (PidFd handle = process.open(machine.calls(), machine.proc()).orElse(null)) {
            return handle != null && handle.signal(number);
        }
    }

    static void end(Machine machine, ProcessIdentity process) {
        signal(machine, process, SIGKILL);
        awaitEnd(machine, process, MONITOR_PATIENCE);
    }
}
