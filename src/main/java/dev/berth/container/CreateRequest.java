package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a container is asked to be, as API.md has it: every value is checked here, and null means the image's or Berth's
 * default. {@link ImageDefaults#resolve} makes from it the same with nothing left open, which is what a container shows
 * as its {@code config}.
 *
 * @param command arguments of the entrypoint, or the program where there is no entrypoint
 * @param stopTimeout seconds between the stop signal and SIGKILL
 */
public record CreateRequest(
        @JsonProperty(required = true) String image,
        ContainerName name,
        List<String> command,
        List<String> entrypoint,
        Map<String, String> env,
        String workingDir,
        String user,
        boolean tty,
        boolean openStdin,
        String hostname,
        Map<String, String> labels,
        List<PortRequest> ports,
        List<MountRequest> mounts,
        Resources resources,
        RestartPolicy restart,
        Integer stopTimeout,
        boolean autoRemove,
        String network,
        boolean readOnly,
        List<String> capAdd,
        List<String> capDrop,
        boolean noNewPrivileges,
        Object seccomp,
        Object healthcheck,
        PullPolicy pull) {
    /** Docker's ten seconds. */
    public static final int STOP_TIMEOUT = 10;

    static final String SLIRP = "slirp4netns";
    static final String NO_NETWORK = "none";

    private static final int MAX_STOP_TIMEOUT = 24 * 60 * 60;
    private static final Pattern HOSTNAME = Pattern.compile(
            "(?=.{1,63}$)[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?)*");
    private static final Pattern CAPABILITY = Pattern.compile("ALL|(CAP_)?[A-Z_]{3,30}");

    public CreateRequest {
        if (image == null || image.isBlank()) {
            throw new ContainerException.Invalid("image", "image is missing: say which image to run");
        }
        command = Checks.list("command", command, Checks::noNul);
        entrypoint = Checks.list("entrypoint", entrypoint, Checks::noNul);
        env = Checks.map("env", env, true);
        Checks.absolute("workingDir", workingDir);
        Checks.text("user", user);
        if (hostname != null && !HOSTNAME.matcher(hostname).matches()) {
            throw new ContainerException.Invalid(
                    "hostname", "hostname \"" + hostname + "\" is no host name: 1 to 63 letters, digits, - and .");
        }
        labels = Checks.map("labels", labels, false);
        ports = ports == null ? List.of() : Checks.list("ports", ports, (field, port) -> port);
        mounts = mounts == null ? List.of() : Checks.list("mounts", mounts, (field, mount) -> mount);
        resources = resources == null ? Resources.NONE : resources;
        restart = restart == null ? RestartPolicy.NO : restart;
        if (stopTimeout != null) {
            Checks.range("stopTimeout", stopTimeout, 0, MAX_STOP_TIMEOUT);
        }
        network = network == null ? SLIRP : Checks.oneOf("network", network, List.of(SLIRP, NO_NETWORK));
        capAdd = capabilities("capAdd", capAdd);
        capDrop = capabilities("capDrop", capDrop);
        refuse("seccomp", seccomp, "a policy of your own cannot be given yet; leave it out for the default one");
        refuse("healthcheck", healthcheck, "this version of Berth checks no health yet; leave it out");
        pull = pull == null ? PullPolicy.MISSING : pull;
    }

    CreateRequest withName(ContainerName other) {
        return other.equals(name) ? this : with(other, ports, resources);
    }

    CreateRequest withPorts(List<PortRequest> other) {
        return with(name, other, resources);
    }

    CreateRequest withResources(Resources other) {
        return with(name, ports, other);
    }

    private CreateRequest with(ContainerName name, List<PortRequest> ports, Resources resources) {
        return new CreateRequest(
                image,
                name,
                command,
                entrypoint,
                env,
                workingDir,
                user,
                tty,
                openStdin,
                hostname,
                labels,
                ports,
                mounts,
                resources,
                restart,
                stopTimeout,
                autoRemove,
                network,
                readOnly,
                capAdd,
                capDrop,
                noNewPrivileges,
                seccomp,
                healthcheck,
                pull);
    }

    private static List<String> capabilities(String field, List<String> names) {
        return names == null
                ? List.of()
                : Checks.list(field, names, (element, name) -> {
                    if (!CAPABILITY.matcher(name).matches()) {
                        throw new ContainerException.Invalid(
                                element, element + " \"" + name + "\" is no capability such as NET_RAW");
                    }
                    return name;
                });
    }

    private static void refuse(String field, Object value, String why) {
        if (value != null) {
            throw new ContainerException.Invalid(field, "cannot take " + field + ": " + why);
        }
    }
}
