package dev.berth.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTreeTest {
    @TempDir
    Path proc;

    private CgroupTree tree(String groups, String mounts) throws IOException {
        Files.createDirectories(proc.resolve("self"));
        Files.writeString(proc.resolve("self/cgroup"), groups);
        Files.writeString(proc.resolve("self/mountinfo"), mounts);
        return CgroupTree.read(proc);
    }

    @Test
    void ofVersionTwoThereIsOneGroup() throws IOException {
        CgroupTree tree = tree(
                "0::/user.slice/user-1000.slice/session-1.scope\n",
                "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n");
        assertTrue(tree.unified());
        assertEquals(
                Map.of("unified", Path.of("/sys/fs/cgroup/user.slice/user-1000.slice/session-1.scope")), tree.own());
    }

    @Test
    void ofVersionOneEachControllerHasItsOwn() throws IOException {
        CgroupTree tree =
                tree("5:pids:/\n4:memory:/process/a\n2:cpu,cpuacct:/b\n3:cpuset:/\n1:name=systemd:/\n0::/\n", """
                31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
                32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
                34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
                35 31 0:32 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory
                39 31 0:36 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
                41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                """);
        assertFalse(tree.unified());
        assertEquals(
                Map.of(
                        "cpu", Path.of("/sys/fs/cgroup/cpu,cpuacct/b"),
                        "cpuacct", Path.of("/sys/fs/cgroup/cpu,cpuacct/b"),
                        "memory", Path.of("/sys/fs/cgroup/memory/process/a"),
                        "pids", Path.of("/sys/fs/cgroup/pids")),
                tree.own());
    }

    @Test
    void aMountOfAPartShowsWhatIsBelowItsRootAlone() throws IOException {
        assertEquals(
                Map.of("memory", Path.of("/sys/fs/cgroup/memory/inner")),
                tree("4:memory:/docker/a/inner\n5:pids:/elsewhere\n6:cpu:/../above\n", """
                                35 31 0:32 /docker/a /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
                                36 31 0:33 /docker/a /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids
                                37 31 0:34 / /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu
                                """)
                        .own());
    }

    @Test
    void whereNothingIsToldThereIsNone() {
        assertEquals(Map.of(), CgroupTree.read(proc.resolve("absent")).own());
    }
}
