package dev.berth.launcher;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.MountAttribute;
import dev.berth.linux.OpenTree;
import dev.berth.linux.Propagation;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The mounts that berth-init gets as descriptors: copies of directories and files of the machine, attached to nothing,
 * so that no path of the machine has to be found again inside the container's namespaces.
 */
final class PassedMounts implements AutoCloseable {
    /** The first descriptor that the contract leaves for mounts. */
    static final int FIRST = 10;

    /** Each is a descriptor of a spawn, which passes fewer than 200. */
    private static final int MOST = 128;

    private final Syscalls calls;
    private final List<Fd> descriptors = new ArrayList<>();
    private final List<PlanRecord> plan = new ArrayList<>();

    PassedMounts(Syscalls calls) {
        this.calls = calls;
    }

    /** In order: binds as descriptors, the rest as what berth-init mounts itself. */
    void addAll(List<MountSpec> mounts) {
        if (mounts.size() > MOST) {
            throw new BadLaunch("mounts", "%d mounts are too many: at most %d".formatted(mounts.size(), MOST));
        }
        for (MountSpec mount : mounts) {
            if (mount instanceof MountSpec.Bind bind) {
                add(bind);
            } else if (mount instanceof MountSpec.Tmpfs tmpfs) {
                plan.addAll(ContainerPlan.tmpfs(tmpfs));
            }
        }
    }

    private void add(MountSpec.Bind bind) {
        try {
            add(bind.source(), bind.target(), bind.readOnly());
        } catch (SyscallException e) {
            throw new BadLaunch(
                    "mounts",
                    "cannot mount %s at %s: %s"
                            .formatted(bind.source(), bind.target(), e.errno().text()));
        }
    }

    /** A file or directory with what is mounted below it. */
    void add(Path source, String target, boolean readOnly) {
        plan.add(ContainerPlan.attach(pass(source, readOnly), target));
    }

    /** Left out where the target is missing and cannot be made. */
    void addWhereItCanBe(Path source, String target) {
        plan.add(ContainerPlan.attachOptionally(pass(source, false), target));
    }

    /** @return the descriptor that berth-init gets */
    private int pass(Path source, boolean readOnly) {
        int flags = OpenTree.CLONE | At.RECURSIVE;
        Fd tree = new Fd(calls, calls.openTree(At.FDCWD, Syscalls.bytes(source.toAbsolutePath()), flags));
        descriptors.add(tree);
        // Private: what the container mounts below it must not appear on the machine, nor the other way round.
        calls.mountSetattr(
                tree.number(),
                new byte[0],
                At.EMPTY_PATH | At.RECURSIVE,
                readOnly ? MountAttribute.RDONLY : 0,
                0,
                Propagation.PRIVATE);
        return FIRST + descriptors.size() - 1;
    }

    List<Integer> descriptors() {
        return descriptors.stream().map(Fd::number).toList();
    }

    List<PlanRecord> plan() {
        return List.copyOf(plan);
    }

    @Override
    public void close() {
        descriptors.forEach(Fd::close);
    }
}
