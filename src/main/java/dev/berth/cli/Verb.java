package dev.berth.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Every verb: its name, what it is for, and its class, which is loaded only when it is called. */
enum Verb {
    RUN("run", "Create a container from an image and start it", Group.CONTAINERS, () -> new RunCommand()),
    CREATE("create", "Create a container, without starting it", Group.CONTAINERS, () -> new CreateCommand()),
    START("start", "Start containers", Group.CONTAINERS, () -> new StartCommand()),
    STOP(
            "stop",
            "Stop containers: their stop signal, then after a while SIGKILL",
            Group.CONTAINERS,
            () -> new StopCommand()),
    RESTART("restart", "Stop containers and start them again", Group.CONTAINERS, () -> new RestartCommand()),
    KILL("kill", "Send a signal to containers", Group.CONTAINERS, () -> new KillCommand()),
    UPDATE(
            "update",
            "Change the limits of containers, also of running ones",
            Group.CONTAINERS,
            () -> new UpdateCommand()),
    PAUSE("pause", "Freeze containers", Group.CONTAINERS, () -> new PauseCommand()),
    UNPAUSE("unpause", "Let paused containers go on", Group.CONTAINERS, () -> new UnpauseCommand()),
    WAIT("wait", "Wait until containers end and print their exit codes", Group.CONTAINERS, () -> new WaitCommand()),
    RM("rm", "Remove containers", Group.CONTAINERS, () -> new RmCommand()),
    RENAME("rename", "Give a container another name", Group.CONTAINERS, () -> new RenameCommand()),
    PS("ps", "List containers", Group.CONTAINERS, () -> new PsCommand()),
    EXEC("exec", "Run another program in a running container", Group.CONTAINERS, () -> new ExecCommand()),
    CP("cp", "Copy files between a container and this machine", Group.CONTAINERS, () -> new CpCommand()),
    ATTACH("attach", "Join this terminal to a container's program", Group.CONTAINERS, () -> new AttachCommand()),
    LOGS("logs", "Show what a container has written", Group.CONTAINERS, () -> new LogsCommand()),
    TOP("top", "List the processes of a container", Group.CONTAINERS, () -> new TopCommand()),
    STATS("stats", "Show what containers use, as it changes", Group.CONTAINERS, () -> new StatsCommand()),
    INSPECT(
            "inspect",
            "Show everything about containers or images, as JSON",
            Group.CONTAINERS,
            () -> new InspectCommand()),
    PORT(
            "port",
            "List, add and remove ports of containers, also of running ones",
            Group.CONTAINERS,
            () -> new PortCommand()),
    PULL("pull", "Fetch an image from a registry", Group.IMAGES, () -> new PullCommand()),
    IMAGES("images", "List images", Group.IMAGES, () -> new ImagesCommand()),
    TAG("tag", "Give an image one more name", Group.IMAGES, () -> new TagCommand()),
    RMI("rmi", "Remove images", Group.IMAGES, () -> new RmiCommand()),
    VOLUME("volume", "List, create and remove volumes", Group.CONTAINERS, () -> new VolumeCommand()),
    SERVE("serve", "Run the service in the foreground", Group.SERVICE, () -> new ServeCommand()),
    EVENTS("events", "Follow what happens", Group.SERVICE, () -> new EventsCommand()),
    INFO("info", "Show the service and its machine", Group.SERVICE, () -> new InfoCommand()),
    SYSTEM("system", "Show how much of the disk is taken", Group.SERVICE, () -> new SystemCommand()),
    UNSHARE(
            "unshare",
            "Run a program inside the service's user namespace, to look at its files",
            Group.SERVICE,
            () -> new UnshareCommand()),
    DOCTOR(
            "doctor",
            "Check this machine and print what to do about each problem",
            Group.SERVICE,
            () -> new DoctorCommand()),
    TOKEN("token", "Print the token for the API", Group.SERVICE, () -> new TokenCommand()),
    VERSION("version", "Print the version of Berth and of its service", Group.SERVICE, () -> new VersionCommand());

    /** Words that docker's users type and that this version does not know: never taken for the name of an image. */
    private static final List<String> KNOWN_ELSEWHERE = List.of(
            "diff",
            "push",
            "load",
            "save",
            "import",
            "export",
            "commit",
            "login",
            "logout",
            "network",
            "service",
            "unshare",
            "build",
            "compose",
            "container",
            "image",
            "history",
            "search",
            "prune");

    /** Verbs of the script in a checkout. */
    private static final List<String> CHECKOUT = List.of("demo", "bench", "soak", "dev", "dist", "test");

    private final String word;
    private final String purpose;
    private final Group group;
    private final Supplier<ClientCommand> command;

    Verb(String word, String purpose, Group group, Supplier<ClientCommand> command) {
        this.word = word;
        this.purpose = purpose;
        this.group = group;
        this.command = command;
    }

    /** The headings of the help. */
    enum Group {
        CONTAINERS("Containers"),
        IMAGES("Images"),
        SERVICE("The service");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    static Optional<Verb> of(String word) {
        return Arrays.stream(values()).filter(verb -> verb.word.equals(word)).findFirst();
    }

    static boolean isReserved(String word) {
        return KNOWN_ELSEWHERE.contains(word) || CHECKOUT.contains(word) || word.equals("help");
    }

    static boolean isOfCheckout(String word) {
        return CHECKOUT.contains(word);
    }

    /** The verb that someone who typed the word may have meant. */
    static Optional<String> near(String word) {
        String best = null;
        int least = Integer.MAX_VALUE;
        for (Verb verb : values()) {
            int distance = distance(word, verb.word);
            // One slip in a short word; in a longer one two.
            if (distance <= (Math.min(word.length(), verb.word.length()) < 4 ? 1 : 2) && distance < least) {
                best = verb.word;
                least = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Insertions, deletions, changes and swaps of neighbours (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(cost[i - 1][j - 1] + change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }

    String word() {
        return word;
    }

    String purpose() {
        return purpose;
    }

    Group group() {
        return group;
    }

    ClientCommand command() {
        return command.get();
    }
}
