package dev.berth.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.Syscalls;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers of a user who has one id only. Runs inside U1: {@link LauncherTest} brings it there. */
class SingleIdIT {
    @TempDir
    static Path base;

    private static Launcher launcher;

    @BeforeAll
    static void makeLauncher() {
        launcher = new Launcher(Syscalls.linux(), Path.of(System.getProperty("berth.init")));
    }

    @AfterAll
    static void close() {
        launcher.close();
    }

    @Test
    void rootIsTheUserHimself() throws Exception {
        String script =
                "id -u; wc -l < /proc/self/uid_map; grep -E '^CapEff|^Seccomp:' /proc/self/status; touch /tmp/x";
        try (TrialContainer container = new TrialContainer(launcher, base, "sh", "-c", script).slirp()) {
            assertEquals("0\n1\nCapEff:\t00000000800405fb\nSeccomp:\t2\n", container.output());
        }
    }

    @Test
    void aTerminalWorksWithoutItsGroup() throws Exception {
        try (TrialContainer container = new TrialContainer(launcher, base, "sh", "-c", "tty; stty size")) {
            assertEquals("/dev/pts/0\r\n24 80\r\n", container.terminal(80, 24).output());
        }
    }

    @Test
    void anotherUserIsRefusedWithTheWayOut() throws Exception {
        try (TrialContainer container = new TrialContainer(launcher, base, "true").user("web")) {
            BadLaunch e = assertThrows(BadLaunch.class, container::start);
            assertTrue(e.getMessage().contains("no subordinate ids"), e.getMessage());
        }
    }
}
