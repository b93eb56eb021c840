package dev.berth.linux;

import com.sun.jna.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * posix_spawn(3) with what a JVM needs. It has files, sockets and jars open that are not close-on-exec, so every
 * descriptor of the child is put in place and all others are closed; the sources are first moved out of the way, else
 * one dup2 would overwrite the source of the next. Sessions are made anew, or a Ctrl-C in the caller's terminal would
 * end the child; signals are set to default, also the two that the C library keeps for itself.
 */
final class PosixSpawn implements AutoCloseable {
    private static final short SETSIGDEF = 0x04;
    private static final short SETSIGMASK = 0x08;
    private static final short SETSID = 0x80;
    /** More than glibc's posix_spawnattr_t (336 bytes) and posix_spawn_file_actions_t (80). */
    private static final int STRUCT_SIZE = 1024;

    private final Spawn spawn;
    private final List<Fd> sources = new ArrayList<>();
    private final Memory actions = new Memory(STRUCT_SIZE);
    private final Memory attributes = new Memory(STRUCT_SIZE);

    private PosixSpawn(Spawn spawn) {
        this.spawn = spawn;
        LibC.posix_spawn_file_actions_init(actions);
        LibC.posix_spawnattr_init(attributes);
    }

    static int start(Spawn spawn) {
        try (PosixSpawn start = new PosixSpawn(spawn)) {
            start.describeDescriptors();
            start.describeProcess();
            return start.run();
        }
    }

    private void describeDescriptors() {
        for (int source : spawn.descriptors()) {
            sources.add(new Fd(Syscalls.linux(), Syscalls.linux().duplicate(source, Spawn.ABOVE)));
        }
        for (int target = 0; target < sources.size(); target++) {
            int source = sources.get(target).number();
            succeed(LibC.posix_spawn_file_actions_adddup2(actions, source, target));
        }
        succeed(LibC.posix_spawn_file_actions_addclosefrom_np(actions, sources.size()));
    }

    private void describeProcess() {
        short session = spawn.newSession() ? SETSID : 0;
        succeed(LibC.posix_spawnattr_setflags(attributes, (short) (SETSIGDEF | SETSIGMASK | session)));
        byte[] none = new byte[LinuxProcesses.SIGSET_SIZE];
        succeed(LibC.posix_spawnattr_setsigmask(attributes, none));
        byte[] all = new byte[LinuxProcesses.SIGSET_SIZE];
        Arrays.fill(all, (byte) 0xff);
        succeed(LibC.posix_spawnattr_setsigdefault(attributes, all));
    }

    private int run() {
        int[] pid = new int[1];
        byte[] program = Kernel.cString("posix_spawn", spawn.path());
        CStrings argv = CStrings.of(spawn.arguments());
        CStrings envp = CStrings.of(spawn.environment());
        int error = LibC.posix_spawn(pid, program, actions, attributes, argv.pointer(), envp.pointer());
        argv.keepUntilHere();
        envp.keepUntilHere();
        succeed(error);
        return pid[0];
    }

    /** This family answers with the error number itself, not by errno. */
    private void succeed(int error) {
        if (error != 0) {
            throw new SyscallException("posix_spawn", spawn.path(), Errno.of(error));
        }
    }

    @Override
    public void close() {
        LibC.posix_spawn_file_actions_destroy(actions);
        LibC.posix_spawnattr_destroy(attributes);
        actions.close();
        attributes.close();
        sources.forEach(Fd::close);
    }
}
