package dev.berth.cli;

import dev.berth.oci.OciException;
import dev.berth.oci.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The flags of {@code run} and {@code create}, as docker has them, and the request that they make. */
final class ContainerOptions {
    @Option(
            names = {"-i", "--interactive"},
            description = "Keep standard input open")
    boolean interactive;

    @Option(
            names = {"-t", "--tty"},
            description = "Give the program a terminal")
    boolean tty;

    @Option(names = "--rm", description = "Remove the container when it ends")
    boolean remove;

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the container")
    String name;

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME[=VALUE]",
            description = "Environment; without a value the caller's own is passed on")
    List<String> env = new ArrayList<>();

    @Option(names = "--env-file", paramLabel = "FILE", description = "Lines of NAME=VALUE")
    List<Path> envFiles = new ArrayList<>();

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIRECTORY",
            description = "Working directory")
    String workingDir;

    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            description = "User by name or number")
    String user;

    @Option(
            names = "--entrypoint",
            paramLabel = "PROGRAM",
            description = "Instead of the image's entrypoint; empty = none")
    String entrypoint;

    @Option(
            names = {"-v", "--volume"},
            paramLabel = "SOURCE:TARGET[:ro]",
            description = "Mount a directory of this machine or a named volume")
    List<String> volumes = new ArrayList<>();

    @Option(names = "--tmpfs", paramLabel = "TARGET[:ro]", description = "Mount an empty file system in memory")
    List<String> tmpfs = new ArrayList<>();

    @Option(
            names = {"-p", "--publish"},
            paramLabel = "[HOST:]PORT:PORT[/udp]",
            description = "Forward a port of this machine")
    List<String> ports = new ArrayList<>();

    @Option(
            names = {"--network", "--net"},
            paramLabel = "NETWORK",
            description = "slirp4netns (the default: outgoing connections and DNS) or none")
    String network;

    @Option(
            names = {"-h", "--hostname"},
            paramLabel = "NAME",
            description = "Host name inside")
    String hostname;

    @Option(
            names = {"-l", "--label"},
            paramLabel = "NAME[=VALUE]",
            description = "Label of the container")
    List<String> labels = new ArrayList<>();

    @Option(names = "--stop-timeout", paramLabel = "SECONDS", description = "How long stop waits before SIGKILL")
    Integer stopTimeout;

    @Option(names = "--read-only", description = "Mount the root file system read-only")
    boolean readOnly;

    @Option(names = "--cap-add", paramLabel = "CAPABILITY", split = ",", description = "Add a capability, or ALL")
    List<String> capAdd = new ArrayList<>();

    @Option(names = "--cap-drop", paramLabel = "CAPABILITY", split = ",", description = "Drop a capability, or ALL")
    List<String> capDrop = new ArrayList<>();

    @Option(names = "--security-opt", paramLabel = "OPTION", description = "no-new-privileges")
    List<String> securityOptions = new ArrayList<>();

    @Mixin
    LimitOptions limits;

    @Option(
            names = "--restart",
            paramLabel = "POLICY",
            description = "no, on-failure[:TIMES], always or unless-stopped")
    String restart;

    @Option(names = "--init", description = "For docker's users: every container of Berth has an init as PID 1")
    boolean init;

    @Option(
            names = "--pull",
            paramLabel = "WHEN",
            defaultValue = "missing",
            description = "missing (the default), always or never")
    String pull;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress while the image is fetched")
    boolean quiet;

    @Parameters(index = "0", paramLabel = "IMAGE", description = "The image")
    String image;

    @Parameters(index = "1..*", paramLabel = "COMMAND", description = "Program and arguments instead of the image's")
    List<String> command = new ArrayList<>();

    /** The body of POST /containers. */
    Json request(Map<String, String> environment) {
        checkImage();
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("image", image);
        put(request, "name", name);
        put(request, "command", command.isEmpty() ? null : command);
        put(request, "entrypoint", entrypoint == null ? null : entrypoint.isEmpty() ? List.of() : List.of(entrypoint));
        put(request, "env", emptyToNull(Environment.of(env, envFiles, environment)));
        put(request, "workingDir", workingDir);
        put(request, "user", user);
        request.put("tty", tty);
        request.put("openStdin", interactive);
        put(request, "hostname", hostname);
        put(request, "labels", emptyToNull(Environment.labels(labels)));
        put(request, "ports", emptyToNull(ports.stream().map(PortOption::parse).toList()));
        put(request, "mounts", emptyToNull(MountOption.all(volumes, tmpfs)));
        put(request, "resources", emptyToNull(limits.resources()));
        put(request, "restart", restart == null ? null : RestartOption.parse(restart));
        put(request, "stopTimeout", stopTimeout);
        request.put("autoRemove", remove);
        put(request, "network", network);
        request.put("readOnly", readOnly);
        put(request, "capAdd", emptyToNull(upperCase(capAdd)));
        put(request, "capDrop", emptyToNull(upperCase(capDrop)));
        securityOptions.forEach(option -> security(request, option));
        request.put("pull", "never"); // the image was fetched before, with its progress shown
        return new Json(request);
    }

    private void checkImage() {
        try {
            Reference.parse(image);
        } catch (OciException e) {
            if (!image.matches("(sha256:)?[0-9a-f]{6,64}")) {
                throw new CliException(e.getMessage());
            }
        }
        if (!List.of("missing", "always", "never").contains(pull)) {
            throw new CliException("cannot use --pull " + pull + ": it is missing, always or never");
        }
    }

    /** The API has one spelling of a capability but for CAP_ before it, docker's flags have any. */
    private static List<String> upperCase(List<String> capabilities) {
        return capabilities.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList();
    }

    private static void security(Map<String, Object> request, String option) {
        switch (option) {
            case "no-new-privileges", "no-new-privileges:true", "no-new-privileges=true" ->
                request.put("noNewPrivileges", true);
            case "seccomp=unconfined", "seccomp:unconfined" -> request.put("seccomp", "unconfined");
            default ->
                throw new CliException("cannot use --security-opt " + option + ": the only one is no-new-privileges");
        }
    }

    private static void put(Map<String, Object> map, String name, Object value) {
        if (value != null) {
            map.put(name, value);
        }
    }

    private static <T extends Map<?, ?>> T emptyToNull(T map) {
        return map.isEmpty() ? null : map;
    }

    private static List<?> emptyToNull(List<?> list) {
        return list.isEmpty() ? null : list;
    }
}
