package dev.berth;

import dev.berth.host.Trial;
import dev.berth.launcher.ExitRecord;
import dev.berth.launcher.ImageUser;
import dev.berth.launcher.LaunchFailed;
import dev.berth.launcher.LaunchSpec;
import dev.berth.launcher.Launched;
import dev.berth.launcher.Launcher;
import dev.berth.launcher.LauncherException;
import dev.berth.launcher.LogLimits;
import dev.berth.launcher.NetworkSpec;
import dev.berth.launcher.ProcessSpec;
import dev.berth.launcher.Security;
import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.TerminalSize;
import dev.berth.network.NetworkException;
import dev.berth.network.Slirp4netns;
import dev.berth.network.Subnet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A container as every other, but without an image: it has one program, which ends at once. */
final class LauncherTrial implements Trial {
    private static final Path PROC = Path.of("/proc");
    private static final String PROGRAM = "/trial";
    private static final String ID = "d0c7".repeat(16);

    private final Launcher launcher;
    private final String searchPath;

    /** @param searchPath where slirp4netns is looked for, as in PATH */
    LauncherTrial(Launcher launcher, String searchPath) {
        this.launcher = launcher;
        this.searchPath = searchPath;
    }

    @Override
    public Optional<Failure> start(Fd root, Path folder) {
        try {
            Path program = Path.of(root.procPath() + PROGRAM);
            Files.write(program, TrialProgram.of(System.getProperty("os.arch")));
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path data = Files.createDirectory(folder.resolve("data"));
            Path runtime = Files.createDirectory(folder.resolve("run"));
            Launched launched = launcher.start(spec(root, data, runtime));
            launcher.awaitEnd(launched);
            return judge(ExitRecord.read(data));
        } catch (LaunchFailed e) {
            String place = (e.step() + " " + e.target()).strip();
            return Optional.of(new Failure(place, e.errno().name(), e.getMessage()));
        } catch (LauncherException e) {
            return Optional.of(new Failure("prepare", Errno.EINVAL.name(), e.getMessage()));
        } catch (IOException e) {
            return Optional.of(
                    new Failure("prepare", Errno.EIO.name(), "cannot write the container's files: " + e.getMessage()));
        }
    }

    private LaunchSpec spec(Fd root, Path data, Path runtime) {
        ProcessSpec process = new ProcessSpec(
                List.of(PROGRAM), List.of(), Map.of(), ImageUser.ROOT, "", false, false, TerminalSize.DEFAULT);
        return new LaunchSpec(
                ID,
                "doctor",
                data,
                runtime,
                root,
                process,
                List.of(),
                Security.DEFAULT,
                network(),
                LogLimits.DEFAULT,
                Optional.empty());
    }

    /** Without slirp4netns, of which another check tells, the rest is tried all the same. */
    private NetworkSpec network() {
        try {
            Subnet subnet = Subnet.choose(PROC);
            return new NetworkSpec(
                    Slirp4netns.find(searchPath).arguments(subnet),
                    Optional.of(subnet.address()),
                    Optional.of(subnet.resolver()));
        } catch (NetworkException e) {
            return NetworkSpec.NONE;
        }
    }

    private static Optional<Failure> judge(Optional<ExitRecord> exit) {
        if (exit.isEmpty()) {
            return Optional.of(new Failure("exit", Errno.ETIMEDOUT.name(), "a program that does nothing did not end"));
        }
        int code = exit.get().code();
        return code == 0
                ? Optional.empty()
                : Optional.of(new Failure(
                        "exit", Errno.ECHILD.name(), "a program that does nothing ended with code " + code));
    }
}
