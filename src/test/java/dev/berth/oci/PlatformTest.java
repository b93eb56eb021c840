package dev.berth.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformTest {

    @ParameterizedTest
    @CsvSource({
        "linux/amd64, linux/amd64", "Linux/x86_64, linux/amd64", "amd64, linux/amd64", "linux/amd64/v1, linux/amd64",
        "linux/aarch64, linux/arm64", "linux/arm64/v8, linux/arm64", "linux/arm64/8, linux/arm64",
                "linux/arm, linux/arm/v7",
        "linux/arm/6, linux/arm/v6", "armhf, linux/arm/v7", "armel, linux/arm/v6", "linux/i686, linux/386",
        "riscv64, linux/riscv64", "linux/amd64/v3, linux/amd64/v3"
    })
    void namesAreNormalised(String text, String platform) {
        assertEquals(platform, Platform.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "linux", "linux/", "/amd64", "linux/amd64/v1/x", "linux amd64", "linux/../x"})
    void whatIsNoPlatformIsRefused(String text) {
        assertThrows(OciException.BadPlatform.class, () -> Platform.parse(text));
    }

    @Test
    void anArmRunsWhatOlderOnesRun() {
        assertTrue(Platform.parse("linux/arm/v7").accepts(Platform.parse("linux/arm/v6")));
        assertFalse(Platform.parse("linux/arm/v6").accepts(Platform.parse("linux/arm/v7")));
        assertFalse(Platform.parse("linux/amd64").accepts(Platform.parse("linux/amd64/v3")));
        assertFalse(Platform.parse("linux/amd64").accepts(Platform.parse("linux/arm64")));
    }

    @Test
    void anAmd64RunsWhatA386Runs() {
        for (String amd64 : List.of("linux/amd64", "linux/amd64/v3")) {
            assertTrue(Platform.parse(amd64).accepts(Platform.parse("linux/386")));
            assertFalse(Platform.parse(amd64).means(Platform.parse("linux/386")), "a registry may have a better one");
            assertFalse(Platform.parse(amd64).accepts(Platform.parse("windows/386")));
        }
        assertFalse(Platform.parse("linux/386").accepts(Platform.parse("linux/amd64")));
        assertFalse(Platform.parse("linux/arm64").accepts(Platform.parse("linux/386")));
    }

    @Test
    void theVariantOfAnArmIsReadFromTheKernel(@TempDir Path temp) throws Exception {
        Path cpuinfo = Files.writeString(temp.resolve("cpuinfo"), "processor\t: 0\nCPU architecture: 6\n");
        assertEquals("linux/arm/v6", Platform.host("arm", cpuinfo).toString());
        assertEquals("linux/arm/v7", Platform.host("arm", temp.resolve("none")).toString());
        assertEquals("linux/amd64", Platform.host("amd64", cpuinfo).toString());
    }
}
