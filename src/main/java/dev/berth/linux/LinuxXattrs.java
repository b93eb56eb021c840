package dev.berth.linux;

import static dev.berth.linux.Kernel.cString;
import static dev.berth.linux.Kernel.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

interface LinuxXattrs extends XattrCalls {
    /** A first guess that nearly always suffices. */
    int FIRST_SIZE = 1024;

    @Override
    default void setxattr(byte[] path, byte[] name, byte[] value, int flags) {
        byte[] key = cString("setxattr", name);
        check("setxattr", path, LibC.setxattr(cString("setxattr", path), key, value, value.length, flags));
    }

    @Override
    default void lsetxattr(byte[] path, byte[] name, byte[] value, int flags) {
        byte[] key = cString("lsetxattr", name);
        check("lsetxattr", path, LibC.lsetxattr(cString("lsetxattr", path), key, value, value.length, flags));
    }

    @Override
    default void fsetxattr(int fd, byte[] name, byte[] value, int flags) {
        check("fsetxattr", name, LibC.fsetxattr(fd, cString("fsetxattr", name), value, value.length, flags));
    }

    @Override
    default byte[] getxattr(byte[] path, byte[] name) {
        byte[] file = cString("getxattr", path);
        byte[] key = cString("getxattr", name);
        return sized("getxattr", name, into -> LibC.getxattr(file, key, into, into.length));
    }

    @Override
    default byte[] lgetxattr(byte[] path, byte[] name) {
        byte[] file = cString("lgetxattr", path);
        byte[] key = cString("lgetxattr", name);
        return sized("lgetxattr", name, into -> LibC.lgetxattr(file, key, into, into.length));
    }

    @Override
    default byte[] fgetxattr(int fd, byte[] name) {
        byte[] key = cString("fgetxattr", name);
        return sized("fgetxattr", name, into -> LibC.fgetxattr(fd, key, into, into.length));
    }

    @Override
    default List<byte[]> listxattr(byte[] path) {
        byte[] file = cString("listxattr", path);
        return names(sized("listxattr", path, into -> LibC.listxattr(file, into, into.length)));
    }

    @Override
    default List<byte[]> llistxattr(byte[] path) {
        byte[] file = cString("llistxattr", path);
        return names(sized("llistxattr", path, into -> LibC.llistxattr(file, into, into.length)));
    }

    @Override
    default List<byte[]> flistxattr(int fd) {
        return names(sized("flistxattr", Syscalls.bytes("fd " + fd), into -> LibC.flistxattr(fd, into, into.length)));
    }

    @Override
    default void removexattr(byte[] path, byte[] name) {
        byte[] key = cString("removexattr", name);
        check("removexattr", path, LibC.removexattr(cString("removexattr", path), key));
    }

    @Override
    default void lremovexattr(byte[] path, byte[] name) {
        byte[] key = cString("lremovexattr", name);
        check("lremovexattr", path, LibC.lremovexattr(cString("lremovexattr", path), key));
    }

    @Override
    default void fremovexattr(int fd, byte[] name) {
        check("fremovexattr", name, LibC.fremovexattr(fd, cString("fremovexattr", name)));
    }

    /** A call that fills an array and tells how much it filled, or with an empty one how much it would. */
    interface Fill {
        long into(byte[] array);
    }

    private static byte[] sized(String call, byte[] subject, Fill fill) {
        byte[] into = new byte[FIRST_SIZE];
        while (true) {
            long length = fill.into(into);
            if (length >= 0) {
                return Arrays.copyOf(into, (int) length);
            }
            Errno errno = Kernel.lastError();
            if (errno != Errno.ERANGE) {
                throw new SyscallException(call, subject, errno);
            }
            long needed = check(call, subject, fill.into(new byte[0]));
            into = new byte[Math.max((int) needed, into.length * 2)];
        }
    }

    private static List<byte[]> names(byte[] list) {
        List<byte[]> names = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < list.length; i++) {
            if (list[i] == 0) {
                names.add(Arrays.copyOfRange(list, start, i));
                start = i + 1;
            }
        }
        return names;
    }
}
