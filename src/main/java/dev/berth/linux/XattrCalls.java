package dev.berth.linux;

import java.util.List;

/**
 * Extended attributes. The calls without a letter follow a symbolic link, also the magic one of {@code
 * /proc/self/fd/N} (the way to the attributes of an O_PATH descriptor); those with {@code l} do not; those with
 * {@code f} take a descriptor.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/xattr.7.html">xattr(7)</a>
 */
public interface XattrCalls {
    void setxattr(byte[] path, byte[] name, byte[] value, int flags);

    void lsetxattr(byte[] path, byte[] name, byte[] value, int flags);

    void fsetxattr(int fd, byte[] name, byte[] value, int flags);

    /** Throws {@link Errno#ENODATA} where there is no such attribute. */
    byte[] getxattr(byte[] path, byte[] name);

    byte[] lgetxattr(byte[] path, byte[] name);

    byte[] fgetxattr(int fd, byte[] name);

    List<byte[]> listxattr(byte[] path);

    List<byte[]> llistxattr(byte[] path);

    List<byte[]> flistxattr(int fd);

    void removexattr(byte[] path, byte[] name);

    void lremovexattr(byte[] path, byte[] name);

    void fremovexattr(int fd, byte[] name);
}
