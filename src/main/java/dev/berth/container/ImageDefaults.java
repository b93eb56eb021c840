package dev.berth.container;

import dev.berth.launcher.ProcessSpec;
import dev.berth.oci.RunConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What an image says of how to run it, put beneath what a request says, as docker does. */
record ImageDefaults(RunConfig image) {
    private static final String DEFAULT_SIGNAL = "SIGTERM";

    /**
     * The request with nothing left open.
     *
     * @param volumeName makes a name for each volume that has none
     */
    CreateRequest resolve(CreateRequest request, ContainerId id, ContainerName name, Supplier<String> volumeName) {
        List<String> entrypoint = request.entrypoint() == null ? image.entrypoint() : request.entrypoint();
        List<String> all =
                ProcessSpec.arguments(image.entrypoint(), image.command(), request.entrypoint(), request.command());
        if (all.isEmpty()) {
            throw new ContainerException.Invalid(
                    "command", "no program to run: the image names none, so give a command");
        }
        Map<String, String> labels = new LinkedHashMap<>(image.labels());
        labels.putAll(request.labels());
        return new CreateRequest(
                request.image(),
                name,
                all.subList(entrypoint.size(), all.size()),
                entrypoint,
                environment(request.env()),
                request.workingDir() != null ? request.workingDir() : workingDirectory(),
                request.user() != null ? request.user() : image.user().isEmpty() ? "0" : image.user(),
                request.tty(),
                request.openStdin(),
                request.hostname() == null ? id.brief() : request.hostname(),
                labels,
                request.ports(),
                mounts(request.mounts(), volumeName),
                request.resources(),
                request.restart(),
                request.stopTimeout() == null ? CreateRequest.STOP_TIMEOUT : request.stopTimeout(),
                request.autoRemove(),
                request.network(),
                request.readOnly(),
                request.capAdd(),
                request.capDrop(),
                request.noNewPrivileges(),
                request.seccomp(),
                request.healthcheck(),
                request.pull());
    }

    String stopSignal() {
        return image.stopSignal().isEmpty() ? DEFAULT_SIGNAL : image.stopSignal();
    }

    private String workingDirectory() {
        String directory = image.workingDir();
        return directory.isEmpty() ? "/" : directory.startsWith("/") ? directory : "/" + directory;
    }

    private Map<String, String> environment(Map<String, String> own) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String line : image.env()) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                all.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        all.putAll(own);
        return all;
    }

    /** The image's volumes where the request mounts nothing, and a name for each volume; outer targets before inner ones. */
    private List<MountRequest> mounts(List<MountRequest> own, Supplier<String> volumeName) {
        List<MountRequest> all = new ArrayList<>();
        for (MountRequest mount : own) {
            boolean nameless = mount.type().equals("volume") && mount.source() == null;
            all.add(nameless ? new MountRequest("volume", volumeName.get(), mount.target(), mount.readOnly()) : mount);
        }
        Set<String> taken = own.stream().map(mount -> trimmed(mount.target())).collect(Collectors.toSet());
        for (String target : image.volumes()) {
            boolean usable = target.startsWith("/") && !trimmed(target).isEmpty();
            if (usable && taken.add(trimmed(target))) {
                all.add(new MountRequest("volume", volumeName.get(), target, false));
            }
        }
        all.sort(java.util.Comparator.comparingLong(
                mount -> trimmed(mount.target()).chars().filter(c -> c == '/').count()));
        return all;
    }

    private static String trimmed(String target) {
        return target.replaceAll("/+", "/").replaceAll("/$", "");
    }
}
