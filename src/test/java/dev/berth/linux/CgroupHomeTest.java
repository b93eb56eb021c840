package dev.berth.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where containers' groups would be, on a tree that is made of plain files. */
class CgroupHomeTest {
    @TempDir
    Path machine;

    private Path proc;
    private Path groups;

    @BeforeEach
    void layOut() throws IOException {
        proc = machine.resolve("proc");
        groups = Files.createDirectories(machine.resolve("cgroup"));
        Files.createDirectories(proc.resolve("self"));
    }

    private CgroupHome unified(String own) throws IOException {
        Files.writeString(proc.resolve("self/cgroup"), "0::" + own + "\n");
        Files.writeString(proc.resolve("self/mountinfo"), "30 23 0:26 / " + groups + " rw - cgroup2 cgroup2 rw\n");
        return CgroupHome.find(proc);
    }

    private Path scope(String path) throws IOException {
        Path scope = Files.createDirectories(groups.resolve(path));
        Files.writeString(scope.resolve("cgroup.controllers"), "cpuset cpu memory pids\n");
        Files.writeString(scope.resolve("cgroup.procs"), "");
        Files.writeString(scope.resolve("cgroup.subtree_control"), "");
        return scope;
    }

    @Test
    void aScopeOfItsOwnIsThePlace() throws IOException {
        Path scope = scope("user/berth-00c0ffee.scope");
        CgroupHome home = unified("/user/berth-00c0ffee.scope");
        assertEquals(Set.of("cpu", "memory", "pids"), home.controllers());
        home.prepare();
        assertTrue(Files.isDirectory(scope.resolve("service")));
        assertEquals(
                Map.of("unified", scope.resolve("a")),
                home.child("a").orElseThrow().directories());
        // A service that is started again in the same process is in the leaf already.
        assertEquals(
                Map.of("unified", scope.resolve("a")),
                unified("/user/berth-00c0ffee.scope/service")
                        .child("a")
                        .orElseThrow()
                        .directories());
    }

    @Test
    void aGroupThatOthersShareIsNotTakenThoughItCouldBeWritten() throws IOException {
        scope("user/session-1.scope");
        CgroupHome home = unified("/user/session-1.scope");
        assertTrue(home.child("a").isEmpty());
        assertEquals(Set.of(), home.controllers());
        assertTrue(home.isUnified());
        assertTrue(unified("/").child("a").isEmpty());
    }

    @Test
    void ofVersionOneItIsBelowOnesOwnWhereThatMayBeWritten() throws IOException {
        Files.createDirectories(groups.resolve("memory/own"));
        Files.createDirectories(groups.resolve("pids"));
        Files.writeString(proc.resolve("self/cgroup"), "4:memory:/own\n5:pids:/\n6:cpu:/gone\n");
        StringBuilder mounts = new StringBuilder();
        for (String controller : List.of("memory", "pids", "cpu")) {
            mounts.append("35 31 0:32 / " + groups.resolve(controller) + " rw - cgroup cgroup rw," + controller + "\n");
        }
        Files.writeString(proc.resolve("self/mountinfo"), mounts);
        CgroupHome home = CgroupHome.find(proc);
        assertFalse(home.isUnified());
        assertEquals(Set.of("memory", "pids"), home.controllers());
        Cgroup group = home.child("a").orElseThrow();
        assertEquals(
                Map.of(
                        "memory", groups.resolve("memory/own/berth/a"),
                        "pids", groups.resolve("pids/berth/a")),
                group.directories());
        group.make(new CgroupLimits(null, null, null, null));
        home.leave();
        assertTrue(Files.exists(groups.resolve("pids/berth/a")), "a container's group was removed");
        assertTrue(group.remove());
        home.leave();
        assertFalse(Files.exists(groups.resolve("pids/berth")));
    }
}
