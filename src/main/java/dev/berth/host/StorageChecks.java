package dev.berth.host;

import dev.berth.host.Doctor.Check;
import dev.berth.host.Doctor.Patient;
import dev.berth.linux.StatFs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The file systems of the data and the runtime directory. */
record StorageChecks(Patient patient) {
    private static final long LITTLE = 1L << 30;
    private static final long FEW_INODES = 50_000;

    List<Check> all() {
        Path data = patient.paths().dataDir();
        StatFs fileSystem = patient.fileSystem(data);
        MountTable.Mount mount = MountTable.current().of(real(data));
        List<Check> checks = new ArrayList<>();
        boolean libraries = ServiceJvm.nativeDirectory(patient.paths()).equals(data);
        checks.add(kind(data, fileSystem, mount, libraries));
        checks.add(space(data, fileSystem));
        checks.add(runtime());
        return checks;
    }

    private static Path real(Path path) {
        Path there = path;
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        try {
            return there.toRealPath();
        } catch (java.io.IOException e) {
            return path;
        }
    }

    /** @param libraries the service has to map its own from here, since the runtime directory is mounted noexec */
    static Check kind(Path data, StatFs fileSystem, MountTable.Mount mount, boolean libraries) {
        String name = "data-directory";
        String elsewhere = "set BERTH_DATA_DIR to a directory on a local file system without that option";
        if (fileSystem.type() == StatFs.NFS) {
            return Check.failed(name, data + " is on NFS, which knows nothing of subordinate ids", elsewhere);
        }
        if (mount.noexec() && libraries) {
            return Check.failed(
                    name,
                    data + " is mounted noexec, as the runtime directory is: the service cannot load its libraries",
                    elsewhere + ", or BERTH_RUNTIME_DIR");
        }
        // An overlay is a mount of its own and has not these options of what lies below it; a volume is bound from
        // there.
        if (mount.noexec()) {
            return Check.warning(
                    name,
                    data + " is mounted noexec: programs of images run, but those in volumes cannot be executed",
                    elsewhere);
        }
        if (mount.options().contains("nosuid")) {
            return Check.warning(
                    name,
                    data + " is mounted nosuid: setuid programs of images work, but those in volumes have no effect",
                    elsewhere);
        }
        return Check.ok(name, data + (mount.type().isEmpty() ? "" : " on " + mount.type()));
    }

    static Check space(Path data, StatFs fileSystem) {
        String free = fileSystem.available() / 1_000_000 + " MB free";
        if (fileSystem.available() < LITTLE) {
            return Check.warning(
                    "space",
                    "little room for images in " + data + ": " + free,
                    "berth rmi what is not needed, or free the disk");
        }
        // btrfs and others count no inodes.
        if (fileSystem.inodes() > 0 && fileSystem.freeInodes() < FEW_INODES) {
            return Check.warning(
                    "space",
                    "only " + fileSystem.freeInodes() + " inodes are free in " + data,
                    "remove small files from that file system");
        }
        return Check.ok("space", free);
    }

    private Check runtime() {
        Path runtime = patient.paths().runtimeDir();
        if (!Files.exists(runtime)) {
            return Check.ok("runtime-directory", runtime + " is made when the service starts");
        }
        if (patient.inside()) {
            return Check.ok("runtime-directory", runtime.toString());
        }
        try {
            PrivateDirectory.check(runtime, patient.user());
            return Check.ok("runtime-directory", runtime.toString());
        } catch (HostException e) {
            return Check.failed("runtime-directory", e.getMessage(), null);
        }
    }
}
