package dev.berth.linux;

/** The mount API of Linux 5.2 and later: mounts as descriptors, attached to nothing until they are moved somewhere. */
public interface MountCalls {
    /** As <a href="https://man7.org/linux/man-pages/man2/fsopen.2.html">fsopen(2)</a>. */
    int fsopen(String fileSystem);

    /**
     * Sets a string parameter.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/fsconfig.2.html">fsconfig(2)</a>
     */
    void fsconfigString(int context, String key, byte[] value);

    /** Sets a parameter without a value. */
    void fsconfigFlag(int context, String key);

    /** Gives a parameter as a descriptor. */
    void fsconfigFd(int context, String key, int fd);

    /** Makes the superblock. */
    void fsconfigCreate(int context);

    /**
     * @param attributes of {@link MountAttribute}
     * @return a detached mount
     * @see <a href="https://man7.org/linux/man-pages/man2/fsmount.2.html">fsmount(2)</a>
     */
    int fsmount(int context, long attributes);

    /**
     * @param flags of {@link OpenTree}
     * @see <a href="https://man7.org/linux/man-pages/man2/open_tree.2.html">open_tree(2)</a>
     */
    int openTree(int directory, byte[] path, int flags);

    /**
     * @param flags of {@link MoveMount}
     * @see <a href="https://man7.org/linux/man-pages/man2/move_mount.2.html">move_mount(2)</a>
     */
    void moveMount(int fromDirectory, byte[] from, int toDirectory, byte[] to, int flags);

    /**
     * @param set of {@link MountAttribute}
     * @param clear of {@link MountAttribute}
     * @param propagation of {@link Propagation}, 0 = as it is
     * @see <a href="https://man7.org/linux/man-pages/man2/mount_setattr.2.html">mount_setattr(2)</a>
     */
    void mountSetattr(int directory, byte[] path, int flags, long set, long clear, long propagation);

    /**
     * The older call, whose options may be a page long where fsconfig takes 255 bytes.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/mount.2.html">mount(2)</a>
     */
    void mount(String source, byte[] target, String fileSystem, long flags, byte[] data);

    /** As <a href="https://man7.org/linux/man-pages/man2/umount2.2.html">umount2(2)</a>. */
    void umount2(byte[] path, int flags);
}
