package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The archive for machines on which nothing can be built. */
@Timeout(300)
class DistIT {
    @TempDir
    Path temp;

    /** As root the archive would be installed. */
    @Test
    @Tag("ordinary-user")
    void itsScriptSaysWhichVerbsNeedACheckout() throws Exception {
        try (Berth berth = new Berth()) {
            Path archive = Path.of(berth.must("dist"));
            String name = archive.getFileName().toString();
            assertTrue(name.matches("berth-\\d.*\\.tar\\.gz"), name);
            Process tar = new ProcessBuilder("tar", "-C", temp.toString(), "-xzf", archive.toString()).start();
            assertEquals(0, tar.waitFor());
            berth.use(temp.resolve(name.replace(".tar.gz", "")));
            assertTrue(berth.must("--help").contains("berth IMAGE [TAG]"));
            for (String verb : List.of("test", "bench", "soak", "dev", "dist")) {
                Berth.Result refused = berth.run(verb);
                assertEquals(125, refused.exit(), refused::toString);
                assertEquals(
                        "berth: cannot " + verb + ": this verb works from a checkout of Berth, as ./berth " + verb
                                + "\n",
                        refused.complaint());
            }
        }
    }

    @Test
    void aFailureOfTarIsOne() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path tar = Files.writeString(temp.resolve("tar"), "#!/bin/sh\nexit 3\n");
        Files.setPosixFilePermissions(tar, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Berth berth = new Berth().with("PATH", temp + ":" + System.getenv("PATH"))) {
            Berth.Result failed = berth.run("dist");
            assertNotEquals(0, failed.exit(), failed::toString);
            assertFalse(failed.text().contains(".tar.gz"), failed::toString);
        }
    }
}
