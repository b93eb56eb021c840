package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.CgroupHome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ResourcesTest {
    private static final long MIB = 1 << 20;

    private static String refused(String field, Executable request) {
        ContainerException.Invalid e = assertThrows(ContainerException.Invalid.class, request);
        assertEquals(field, e.field());
        return e.getMessage();
    }

    @Test
    void whatNoMachineCanDoIsRefusedAndNamed() {
        refused("memory", () -> new Resources(6 * MIB - 1, null, null, null));
        refused("memory", () -> new Resources(-1L, null, null, null));
        refused("memory", () -> new Resources(Long.MAX_VALUE, null, null, null));
        refused("memorySwap", () -> new Resources(64 * MIB, 63 * MIB, null, null));
        refused("memorySwap", () -> new Resources(64 * MIB, -2L, null, null));
        assertTrue(refused("memorySwap", () -> new Resources(null, 64 * MIB, null, null))
                .contains("give memory as well"));
        refused("cpus", () -> new Resources(null, null, 0.0, null));
        refused("cpus", () -> new Resources(null, null, Double.NaN, null));
        refused("cpus", () -> new Resources(null, null, 1e9, null));
        refused("pids", () -> new Resources(null, null, null, 0L));
        refused("pids", () -> new Resources(null, null, null, -1L));
    }

    @Test
    void whatIsAskedForIsTaken() {
        new Resources(6 * MIB, -1L, 0.01, 1L);
        new Resources(64 * MIB, 64 * MIB, 1.5, 200L).checkProcessors();
    }

    @Test
    void moreProcessorsThanThereAreAreRefusedWhenTheContainerIsMadeButReadFromItsRecord() {
        int there = Runtime.getRuntime().availableProcessors();
        Resources resources = new Resources(null, null, there + 1.0, null);
        assertTrue(refused("resources.cpus", resources::checkProcessors).contains("this machine has only " + there));
    }

    @Test
    void whereTheControllersAreNotTheUsersALimitIsAnErrorAndNotSilence() {
        CgroupHome none = CgroupHome.none();
        Resources.NONE.check(none);
        assertTrue(refused("resources.memory", () -> new Resources(64 * MIB, null, null, null).check(none))
                .contains("berth doctor"));
        refused("resources.cpus", () -> new Resources(null, null, 0.5, null).check(none));
        refused("resources.pids", () -> new Resources(null, null, null, 5L).check(none));
        assertEquals(
                java.util.Set.of(
                        "resources.memory",
                        "resources.memorySwap",
                        "resources.cpus",
                        "resources.pids",
                        "restart.policy"),
                NotYet.fields(none).keySet());
    }
}
