package dev.berth.linux;

import java.util.List;
import java.util.OptionalInt;

/** Processes and ids. */
public interface ProcessCalls {
    int getpid();

    int getuid();

    int getgid();

    int geteuid();

    /** As <a href="https://man7.org/linux/man-pages/man2/kill.2.html">kill(2)</a>. */
    void kill(int pid, int signal);

    /** As <a href="https://man7.org/linux/man-pages/man2/pidfd_open.2.html">pidfd_open(2)</a>. */
    int pidfdOpen(int pid);

    /** As <a href="https://man7.org/linux/man-pages/man2/pidfd_send_signal.2.html">pidfd_send_signal(2)</a>. */
    void pidfdSendSignal(int pidfd, int signal);

    /**
     * Asks for the end of a child without waiting.
     *
     * @return its raw wait status; empty while it runs; {@link Errno#ECHILD} when it is no child of ours
     * @see <a href="https://man7.org/linux/man-pages/man2/waitpid.2.html">waitpid(2)</a>, WNOHANG
     */
    OptionalInt waitNoHang(int pid);

    /**
     * Becomes another program; returns only by an exception. Signals that the JVM has blocked are let through again.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/execve.2.html">execve(2)</a>
     */
    void execve(String path, List<String> arguments, List<String> environment);

    /**
     * Starts a program.
     *
     * @return its pid
     * @see <a href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawn(3)</a>
     */
    int posixSpawn(Spawn spawn);
}
