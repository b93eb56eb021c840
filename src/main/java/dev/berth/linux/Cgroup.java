package dev.berth.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The control group of one container: what limits its processes and counts what they use. It is a directory of the kernel's, or one in
 * each of several trees. Stateless, for any thread.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">Control Group v2</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/">Control Groups version 1</a>
 */
public sealed interface Cgroup permits UnifiedCgroup, LegacyCgroup {

    /** The directories by controller, as {@link #of} takes them. */
    Map<String, Path> directories();

    /** The group with these directories, whether it is there or not. */
    static Cgroup of(Map<String, Path> directories) {
        Path unified = directories.get(CgroupTree.UNIFIED);
        return unified == null ? new LegacyCgroup(directories) : new UnifiedCgroup(unified);
    }

    /** Makes it, with nothing in it yet. One that is left over of before is made anew, and counts from nought. */
    default void make(CgroupLimits limits) {
        remove();
        for (Path directory : distinct()) {
            try {
                Files.createDirectories(directory);
            } catch (IOException e) {
                throw new CgroupException(directory, CgroupFile.reason(e), e);
            }
        }
        limit(limits);
    }

    /** Sets its limits, and takes away those that are none any more. */
    void limit(CgroupLimits limits);

    /** @throws IOException when it is gone */
    CgroupUsage usage() throws IOException;

    /** How many of its processes the kernel has killed for want of memory. */
    long outOfMemoryKills() throws IOException;

    /**
     * Stops all that is in it from running, or lets it go on. What is killed meanwhile dies at once (version 2) or when it may go on.
     *
     * @throws CgroupException when there is no freezer here
     */
    void freeze(boolean frozen);

    /** Whether nothing in it runs. */
    boolean isFrozen() throws IOException;

    /** The directory that a process can be born in (version 2). */
    Optional<Path> birthplace();

    /** The files into which the number of a process is written that shall belong to it (version 1). */
    List<Path> processFiles();

    /** @return false when something in it still lives */
    default boolean remove() {
        boolean gone = true;
        for (Path directory : distinct()) {
            try {
                Files.delete(directory);
            } catch (NoSuchFileException absent) {
                continue;
            } catch (IOException busy) {
                gone = false;
            }
        }
        return gone;
    }

    /** Controllers may share a tree. */
    private LinkedHashSet<Path> distinct() {
        return new LinkedHashSet<>(directories().values());
    }
}
