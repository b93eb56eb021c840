package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountRequestTest {
    private static MountRequest at(String target) {
        return new MountRequest("volume", "db", target, false);
    }

    @ParameterizedTest
    @CsvSource({
        "/var/lib/x,/var/lib/x",
        "/var/lib/x/,/var/lib/x",
        "//var///lib/x//,/var/lib/x",
        "/var/./lib/x/.,/var/lib/x",
        "/var/log/../lib/x,/var/lib/x",
        "/../var/lib/x,/var/lib/x",
        "/.../..x/x..,/.../..x/x..",
    })
    void onePlaceHasOneName(String given, String target) {
        assertEquals(target, at(given).target());
    }

    private static MountRequest volume(String name, boolean readOnly) {
        return new MountRequest("volume", name, "/x", readOnly);
    }

    @Test
    void anAnonymousVolumeGivesWayToWhatElseIsAtItsPlace() {
        MountRequest named = volume("db", false);
        MountRequest memory = new MountRequest("tmpfs", null, "/x/", true);
        MountRequest elsewhere = at("/y");
        for (MountRequest other : List.of(named, memory)) {
            assertEquals(
                    List.of(other, elsewhere),
                    MountRequest.onePerPlace(List.of(volume(null, false), other, elsewhere)));
            assertEquals(
                    List.of(other, elsewhere),
                    MountRequest.onePerPlace(List.of(other, volume(null, true), elsewhere, volume(null, false))));
        }
        assertEquals(
                List.of(volume(null, true)),
                MountRequest.onePerPlace(List.of(volume(null, true), volume(null, false))));
    }

    @Test
    void theSameMountCountsOnceAndTwoDifferentOnesAreRefused() {
        MountRequest named = volume("db", false);
        assertEquals(List.of(named), MountRequest.onePerPlace(List.of(named, at("/x/"))));
        for (MountRequest other :
                List.of(volume("db", true), volume("dc", false), new MountRequest("tmpfs", null, "/x/.", false))) {
            ContainerException.Invalid refused = assertThrows(
                    ContainerException.Invalid.class,
                    () -> MountRequest.onePerPlace(List.of(volume(null, false), named, other)));
            assertEquals("mounts[2].target", refused.field());
        }
    }

    @Test
    void whatIsMountedInAnotherMountIsDeeper() {
        assertEquals(
                List.of(1, 2, 2, 3),
                List.of("/x", "/x/y", "/xx//y/", "/x/y/z").stream()
                        .map(target -> at(target).depth())
                        .toList());
    }
}
