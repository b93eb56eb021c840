package dev.berth.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.host.Doctor.Check;
import dev.berth.host.Doctor.Verdict;
import dev.berth.linux.StatFs;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What doctor says of what it has found: well, ill, and what it does not know. */
class ChecksTest {
    private static final long EXT4 = 0xef53;
    private static final long GIBIBYTE = 1L << 30;
    private static final Path DATA = Path.of("/home/me/data");

    private static void assertWell(Check check) {
        assertEquals(Verdict.OK, check.verdict(), check::toString);
        assertNull(check.remedy(), check::toString);
    }

    private static void assertIll(Verdict verdict, String detail, String remedy, Check check) {
        assertEquals(verdict, check.verdict(), check::toString);
        assertTrue(check.detail().contains(detail), check::toString);
        assertNotNull(check.remedy(), check::toString);
        assertTrue(check.remedy().contains(remedy), check::toString);
    }

    @Test
    void aKernelIsNewOldOrTooOld() {
        for (String well : new String[] {"6.1.0-13-amd64", "6.18.44", "10.0", "6.1-rc1"}) {
            assertWell(KernelChecks.kernel(well));
        }
        assertIll(Verdict.WARNING, "Linux 5.15.0-generic is older", "6.1", KernelChecks.kernel("5.15.0-generic"));
        assertIll(Verdict.WARNING, "Linux 5.12 is older", "6.1", KernelChecks.kernel("5.12"));
        assertIll(Verdict.FAILED, "Linux 5.11.9 cannot mount overlays", "5.12", KernelChecks.kernel("5.11.9"));
        assertIll(Verdict.FAILED, "Linux 4.18.0 cannot", "5.12", KernelChecks.kernel("4.18.0"));
    }

    /** It may be the best of all. */
    @Test
    void aKernelThatTellsNoVersionIsNotCalledTooOld() {
        for (String release : new String[] {"unknown", "", "linux-6.1", "6", "99999999999.1"}) {
            assertIll(Verdict.WARNING, "does not tell its version", "uname", KernelChecks.kernel(release));
        }
    }

    @Test
    void slirp4netnsIsNewTooOldOrUnknown() {
        assertWell(
                NetworkChecks.version("slirp4netns version 1.2.1\ncommit: 09e31e92fa3d2a1d3ca261adaeb012c8d75a8194\n"));
        assertWell(NetworkChecks.version("slirp4netns version 1.1.0"));
        assertWell(NetworkChecks.version("slirp4netns version 2.0.0-beta.0+dev"));
        assertIll(
                Verdict.FAILED,
                "slirp4netns version 1.0.1 is too old",
                "1.1 or newer",
                NetworkChecks.version("slirp4netns version 1.0.1\n"));
        assertIll(Verdict.FAILED, "0.4.3", "1.1 or newer", NetworkChecks.version("slirp4netns version 0.4.3"));
        for (String said : new String[] {"", "Segmentation fault", "slirp4netns version unknown"}) {
            assertIll(
                    Verdict.WARNING, "does not tell its version", "slirp4netns --version", NetworkChecks.version(said));
        }
    }

    private static Check kind(long type, String... options) {
        return kind(type, false, options);
    }

    private static Check kind(long type, boolean libraries, String... options) {
        StatFs fileSystem = new StatFs(type, GIBIBYTE, GIBIBYTE, 0, 0);
        MountTable.Mount mount = new MountTable.Mount(Path.of("/home"), "ext4", Set.of(options));
        return StorageChecks.kind(DATA, fileSystem, mount, libraries);
    }

    @Test
    void aDataDirectoryIsLocalAndMayExecute() {
        assertWell(kind(EXT4, "rw", "relatime"));
        assertWell(kind(EXT4, "rw", "nodev"));
        assertIll(Verdict.FAILED, "is on NFS", "BERTH_DATA_DIR", kind(StatFs.NFS, "rw"));
        assertIll(Verdict.WARNING, "is mounted noexec", "BERTH_DATA_DIR", kind(EXT4, "rw", "noexec", "nosuid"));
        assertIll(Verdict.WARNING, "is mounted nosuid", "BERTH_DATA_DIR", kind(EXT4, "rw", "nosuid"));
    }

    /** Root's /run is mounted noexec on many a machine. */
    @Test
    void somewhereTheServiceMustBeAbleToLoadItsLibraries() {
        assertWell(kind(EXT4, true, "rw", "relatime"));
        Check check = kind(EXT4, true, "rw", "noexec", "nosuid");
        assertIll(Verdict.FAILED, "cannot load its libraries", "BERTH_DATA_DIR", check);
        assertIll(Verdict.FAILED, "as the runtime directory is", "BERTH_RUNTIME_DIR", check);
    }

    @Test
    void aDataDirectoryOfNoKnownMountIsNamedAlone() {
        StatFs fileSystem = new StatFs(EXT4, GIBIBYTE, GIBIBYTE, 0, 0);
        Check check = StorageChecks.kind(DATA, fileSystem, new MountTable.Mount(Path.of("/"), "", Set.of()), false);
        assertWell(check);
        assertEquals(DATA.toString(), check.detail());
    }

    private static Check space(long available, long inodes, long freeInodes) {
        return StorageChecks.space(DATA, new StatFs(EXT4, 100 * GIBIBYTE, available, inodes, freeInodes));
    }

    @Test
    void thereIsRoomOrThereIsNot() {
        assertWell(space(GIBIBYTE, 1_000_000, 50_000));
        assertIll(Verdict.WARNING, "little room for images", "berth rmi", space(GIBIBYTE - 1, 1_000_000, 50_000));
        assertIll(Verdict.WARNING, ": 0 MB free", "berth rmi", space(0, 1_000_000, 0));
        assertIll(Verdict.WARNING, "only 49999 inodes", "small files", space(GIBIBYTE, 1_000_000, 49_999));
    }

    @Test
    void aFileSystemThatCountsNoInodesHasEnough() {
        assertWell(space(GIBIBYTE, 0, 0));
    }
}
