package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

    @Test
    void whatIsMountedInAnotherMountIsDeeper() {
        assertEquals(
                List.of(1, 2, 2, 3),
                List.of("/x", "/x/y", "/xx//y/", "/x/y/z").stream()
                        .map(target -> at(target).depth())
                        .toList());
    }
}
