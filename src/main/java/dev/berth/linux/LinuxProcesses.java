package dev.berth.linux;

import static dev.berth.linux.Kernel.cString;
import static dev.berth.linux.Kernel.check;

import java.util.List;
import java.util.OptionalInt;

interface LinuxProcesses extends ProcessCalls {
    int WNOHANG = 1;
    int SIG_SETMASK = 2;
    int SIGSET_SIZE = 128;

    @Override
    default int getpid() {
        return LibC.getpid();
    }

    @Override
    default int getuid() {
        return LibC.getuid();
    }

    @Override
    default int getgid() {
        return LibC.getgid();
    }

    @Override
    default int geteuid() {
        return LibC.geteuid();
    }

    @Override
    default void kill(int pid, int signal) {
        check("kill", Syscalls.bytes("process " + pid), LibC.kill(pid, signal));
    }

    @Override
    default int pidfdOpen(int pid) {
        byte[] subject = Syscalls.bytes("process " + pid);
        return (int) check("pidfd_open", subject, LibC.syscall(LibC.PIDFD_OPEN, pid, 0, 0, 0));
    }

    @Override
    default void pidfdSendSignal(int pidfd, int signal) {
        byte[] subject = Syscalls.bytes("signal " + signal);
        check("pidfd_send_signal", subject, LibC.syscall(LibC.PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0));
    }

    @Override
    default OptionalInt waitNoHang(int pid) {
        int[] status = new int[1];
        byte[] subject = Syscalls.bytes("process " + pid);
        int result = Kernel.retry("waitpid", subject, () -> LibC.waitpid(pid, status, WNOHANG));
        return result == 0 ? OptionalInt.empty() : OptionalInt.of(status[0]);
    }

    @Override
    default void execve(String path, List<String> arguments, List<String> environment) {
        byte[] program = cString("execve", path);
        CStrings argv = CStrings.of(arguments);
        CStrings envp = CStrings.of(environment);
        LibC.pthread_sigmask(SIG_SETMASK, new byte[SIGSET_SIZE], null);
        int result = LibC.execve(program, argv.pointer(), envp.pointer());
        argv.keepUntilHere();
        envp.keepUntilHere();
        check("execve", Syscalls.bytes(path), result);
    }

    @Override
    default int posixSpawn(Spawn spawn) {
        return PosixSpawn.start(spawn);
    }
}
