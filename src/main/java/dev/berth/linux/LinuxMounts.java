package dev.berth.linux;

import static dev.berth.linux.Kernel.cString;
import static dev.berth.linux.Kernel.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

interface LinuxMounts extends MountCalls {
    int FSOPEN_CLOEXEC = 1;
    int FSMOUNT_CLOEXEC = 1;
    int FSCONFIG_SET_FLAG = 0;
    int FSCONFIG_SET_STRING = 1;
    int FSCONFIG_SET_FD = 5;
    int FSCONFIG_CMD_CREATE = 6;

    @Override
    default int fsopen(String fileSystem) {
        byte[] name = Syscalls.bytes(fileSystem);
        return (int) check("fsopen", name, LibC.syscall(LibC.FSOPEN, cString("fsopen", name), FSOPEN_CLOEXEC));
    }

    @Override
    default void fsconfigString(int context, String key, byte[] value) {
        fsconfig(context, FSCONFIG_SET_STRING, key, cString("fsconfig", value), 0);
    }

    @Override
    default void fsconfigFlag(int context, String key) {
        fsconfig(context, FSCONFIG_SET_FLAG, key, null, 0);
    }

    @Override
    default void fsconfigFd(int context, String key, int fd) {
        fsconfig(context, FSCONFIG_SET_FD, key, null, fd);
    }

    @Override
    default void fsconfigCreate(int context) {
        fsconfig(context, FSCONFIG_CMD_CREATE, null, null, 0);
    }

    private static void fsconfig(int context, int command, String key, byte[] value, int auxiliary) {
        byte[] name = key == null ? null : cString("fsconfig", key);
        long result = LibC.syscall(LibC.FSCONFIG, context, command, name, value, auxiliary);
        check("fsconfig", Syscalls.bytes(key == null ? "create" : key), result);
    }

    @Override
    default int fsmount(int context, long attributes) {
        long result = LibC.syscall(LibC.FSMOUNT, context, FSMOUNT_CLOEXEC, attributes, 0);
        return (int) check("fsmount", (byte[]) null, result);
    }

    @Override
    default int openTree(int directory, byte[] path, int flags) {
        byte[] name = cString("open_tree", path);
        long result = LibC.syscall(LibC.OPEN_TREE, directory, name, flags | OpenTree.CLOEXEC);
        return (int) check("open_tree", path, result);
    }

    @Override
    default void moveMount(int fromDirectory, byte[] from, int toDirectory, byte[] to, int flags) {
        byte[] source = cString("move_mount", from);
        byte[] target = cString("move_mount", to);
        check("move_mount", to, LibC.syscall(LibC.MOVE_MOUNT, fromDirectory, source, toDirectory, target, flags));
    }

    @Override
    default void mountSetattr(int directory, byte[] path, int flags, long set, long clear, long propagation) {
        ByteBuffer attributes = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
        attributes.putLong(set).putLong(clear).putLong(propagation).putLong(0);
        byte[] name = cString("mount_setattr", path);
        check(
                "mount_setattr",
                path,
                LibC.syscall(LibC.MOUNT_SETATTR, directory, name, flags, attributes.array(), attributes.capacity()));
    }

    @Override
    default void mount(String source, byte[] target, String fileSystem, long flags, byte[] data) {
        int result = LibC.mount(
                cString("mount", Syscalls.bytes(source)),
                cString("mount", target),
                cString("mount", Syscalls.bytes(fileSystem)),
                flags,
                cString("mount", data));
        check("mount", target, result);
    }

    @Override
    default void umount2(byte[] path, int flags) {
        check("umount2", path, LibC.umount2(cString("umount2", path), flags));
    }
}
