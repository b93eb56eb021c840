package dev.berth.container;

import dev.berth.oci.RunConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What a request leaves open, the image decides, as docker does; what both leave open, Berth. */
final class ImageDefaults {
    private ImageDefaults() {}

    /** The request with nothing left open. @param volumeName a new name for each anonymous volume */
    static CreateRequest resolve(
            CreateRequest request,
            String image,
            ContainerName name,
            String hostname,
            RunConfig defaults,
            Supplier<String> volumeName) {
        boolean ownEntrypoint = request.entrypoint() != null;
        boolean ownCommand = request.command() != null && !request.command().isEmpty();
        List<String> entrypoint = ownEntrypoint ? request.entrypoint() : defaults.entrypoint();
        List<String> command = ownCommand ? request.command() : ownEntrypoint ? List.of() : defaults.command();
        Map<String, String> labels = new TreeMap<>(defaults.labels());
        labels.putAll(request.labels());
        return new CreateRequest(
                image,
                name,
                command,
                entrypoint,
                request.env(),
                or(request.workingDir(), defaults.workingDir().isEmpty() ? "/" : defaults.workingDir()),
                or(request.user(), defaults.user().isEmpty() ? null : defaults.user()),
                request.tty(),
                request.openStdin(),
                or(request.hostname(), hostname),
                labels,
                request.ports(),
                mounts(request, defaults, volumeName),
                request.resources(),
                request.restart(),
                request.stopTimeout() == null ? CreateRequest.STOP_TIMEOUT : request.stopTimeout(),
                request.autoRemove(),
                request.network(),
                request.readOnly(),
                request.capAdd(),
                request.capDrop(),
                request.noNewPrivileges(),
                null,
                null,
                request.pull());
    }

    private static String or(String given, String fallback) {
        return given == null ? fallback : given;
    }

    private static List<MountRequest> mounts(CreateRequest request, RunConfig defaults, Supplier<String> volumeName) {
        List<MountRequest> mounts = new ArrayList<>();
        for (MountRequest mount : MountRequest.onePerPlace(request.mounts())) {
            mounts.add(
                    mount.hasNoName()
                            ? new MountRequest("volume", volumeName.get(), mount.target(), mount.readOnly())
                            : mount);
        }
        for (String target : defaults.volumes()) {
            if (target.startsWith("/")) {
                MountRequest volume = new MountRequest("volume", volumeName.get(), target, false);
                if (mounts.stream().noneMatch(mount -> mount.target().equals(volume.target()))) {
                    mounts.add(volume);
                }
            }
        }
        return mounts;
    }
}
