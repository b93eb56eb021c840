package dev.berth.rootfs;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.linux.IdMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a test cannot do without: skipped kindly on a laptop, a failure where BERTH_MUST_WORK is set. */
public final class Need {
    private Need() {}

    public static void that(boolean there, String what) {
        if ("1".equals(System.getenv("BERTH_MUST_WORK"))) {
            assertTrue(there, what);
        }
        assumeTrue(there, what);
    }

    /** Root, of the machine or of a user namespace with subordinate ids. */
    public static void root() {
        that(
                Integer.valueOf(0).equals(uid())
                        && IdMap.read(Path.of("/proc/self/uid_map")).size() > 1000,
                "this test makes files of several owners: run it as root or inside a user namespace");
    }

    public static void program(String name) {
        that(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name))),
                "this test needs the program " + name);
    }

    private static Integer uid() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (java.io.IOException unreadable) {
            return -1;
        }
    }
}
