package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.rootfs.TarBuilder;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an image says of how it wants to be run holds as it does with docker, and so does what is mounted beside its volumes. */
@Timeout(240)
class ImageConfigIT {
    private static final String CONFIG = """
            {"Entrypoint":["echo","entry"],"Cmd":["image","command"],"Env":["PATH=/bin","COLOR=image","ONLY=image"],
             "User":"guest","WorkingDir":"/not/there/yet","StopSignal":"SIGUSR1",
             "Volumes":{"/var/www/html":{},"/var/lib/x":{}}}""";

    private static Stage stage;
    private static String image;
    /** Of this machine, to be mounted; everybody may write there. */
    private static Path shared;

    @BeforeAll
    static void start() throws Exception {
        stage = new Stage();
        image = stage.push("configured:1", made -> made.layer(content()).config(CONFIG));
        shared = open(Files.createTempDirectory(Path.of("/tmp"), "image-config"));
    }

    private static TarBuilder content() {
        return new TarBuilder()
                .directory("var/www/")
                .directory("var/www/html/", m -> m.owner(1000, 1000))
                .file("var/www/html/index.html", "of the image\n", m -> m.owner(1000, 1000))
                .directory("var/lib/")
                .directory("var/lib/x/", m -> m.owner(1000, 1000))
                .file("var/lib/x/file", "of the image\n");
    }

    @AfterEach
    void remove() throws Exception {
        stage.berth.removeContainers();
    }

    @AfterAll
    static void end() throws Exception {
        if (stage != null) {
            stage.close();
        }
        if (shared != null) {
            new ProcessBuilder("rm", "-rf", shared.toString()).start().waitFor();
        }
    }

    @Test
    void argumentsReplaceTheCommandAndAreTheEntrypoints() throws Exception {
        assertEquals("entry image command", stage.berth.must("run", "--rm", image));
        assertEquals("entry of mine", stage.berth.must("run", "--rm", image, "of", "mine"));
    }

    @Test
    void anotherEntrypointDropsTheCommandToo() throws Exception {
        assertEquals("", stage.berth.must("run", "--rm", "--entrypoint", "echo", image));
        assertEquals("mine", stage.berth.must("run", "--rm", "--entrypoint", "echo", image, "mine"));
        assertEquals("none", stage.berth.must("run", "--rm", "--entrypoint", "", image, "echo", "none"));
    }

    @Test
    void theEnvironmentIsTheImagesWithTheUsersOverIt() throws Exception {
        String said = shell(List.of("-e", "COLOR=mine", "-e", "NEW=mine"), "echo $PATH $COLOR $ONLY $NEW");
        assertEquals("/bin mine image mine", said);
    }

    @Test
    void theUserIsTheImagesByNameWithItsGroups() throws Exception {
        assertEquals("1000 1000 1000 50", shell(List.of(), "echo $(id -u) $(id -g) $(id -G)"));
        assertEquals("/home/guest", shell(List.of(), "echo $HOME"));
        assertEquals("0 0", shell(List.of("-u", "root"), "echo $(id -u) $(id -g)"));
    }

    @Test
    void theUserIsTheImagesByNumberAndGroup() throws Exception {
        String numbered = stage.push(
                "numbered:1",
                made -> made.config("{\"Env\":[\"PATH=/bin\"],\"Cmd\":[\"id\"],\"User\":\"4321:staff\"}"));
        assertEquals("uid=4321 gid=50(staff) groups=50(staff)", stage.berth.must("run", "--rm", numbered));
    }

    @Test
    void theWorkingDirectoryIsTheImagesAndMadeWhereItIsMissing() throws Exception {
        assertEquals("/not/there/yet", shell(List.of(), "pwd"));
        assertEquals("/nor/this", shell(List.of("-w", "/nor/this"), "pwd"));
        assertEquals("/not/there/yet", shell(List.of("--read-only"), "pwd"));
    }

    @Test
    void stopSendsTheImagesSignal() throws Exception {
        String program = "trap 'exit 7' USR1; trap 'exit 8' TERM; echo ready; while :; do sleep 0.1; done";
        stage.berth.must("run", "-d", "--name", "stopped", "--entrypoint", "sh", image, "-c", program);
        Await.until("it is ready", 30, () -> stage.berth.must("logs", "stopped").equals("ready"));
        stage.berth.must("stop", "-t", "60", "stopped");
        assertEquals("7", stage.berth.must("wait", "stopped"));
    }

    @Test
    void volumesAreNewForEachContainerAndHoldWhatTheImageHasThere() throws Exception {
        create("first");
        create("second");
        String write = "cat index.html; echo mine >index.html";
        assertEquals("of the image", stage.berth.must("exec", "-w", "/var/www/html", "first", "sh", "-c", write));
        assertEquals("of the image", stage.berth.must("exec", "second", "cat", "/var/www/html/index.html"));
        stage.berth.must("restart", "-t", "0", "first");
        assertEquals("mine", stage.berth.must("exec", "first", "cat", "/var/www/html/index.html"));
        assertEquals(List.of("/var/www/html", "/var/lib/x"), targets("first"));
        assertNotEquals(source("first", "/var/lib/x"), source("second", "/var/lib/x"));
        assertEquals(
                "first",
                stage.berth
                        .get("/containers/"
                                + stage.berth
                                        .get("/volumes/" + source("first", "/var/lib/x"))
                                        .at("/usedBy/0")
                                        .asText())
                        .path("name")
                        .asText());
    }

    @Test
    void aVolumeOfTheImageHidesNothingThatIsMountedInIt() throws Exception {
        Path data = directory("data", "mine");
        create("site", "-v", data + ":/var/www/html/data");
        assertEquals("of the image", stage.berth.must("exec", "site", "cat", "/var/www/html/index.html"));
        assertEquals("mine", stage.berth.must("exec", "site", "cat", "/var/www/html/data/mine"));
        stage.berth.must("exec", "site", "sh", "-c", "echo kept >/var/www/html/data/new");
        assertEquals("kept\n", Files.readString(data.resolve("new")));
    }

    @Test
    void whereTheUserMountsTheImagesVolumeIsNotMade() throws Exception {
        create("one", "-v", "db:/var/lib//x/");
        assertEquals(List.of("/var/lib/x", "/var/www/html"), targets("one"));
        assertEquals("db", source("one", "/var/lib/x"));
        stage.berth.must("exec", "one", "sh", "-c", "echo kept >/var/lib/x/new");
        create("other", "-v", "db:/var/lib/x");
        assertEquals(
                "of the image\nkept", stage.berth.must("exec", "other", "sh", "-c", "cd /var/lib/x; cat file new"));
        create("none", "--tmpfs", "/var/lib/./x");
        assertEquals("", stage.berth.must("exec", "none", "ls", "/var/lib/x"));
    }

    @Test
    void whatIsMountedInAnotherMountIsSeenWhateverTheOrder() throws Exception {
        Path inner = directory("inner", "inner");
        Path outer = directory("outer", "outer");
        String[] mounts = {
            "-v", inner + ":/x/y", "-v", outer + ":/x", "-v", inner + ":/memory/y", "--tmpfs", "/memory", "--read-only"
        };
        List<String> words = new ArrayList<>(List.of("create", "--name", "made"));
        words.addAll(List.of(mounts));
        words.add(image);
        stage.berth.must(words.toArray(String[]::new));
        create("runs", mounts);
        for (String container : List.of("made", "runs")) {
            assertEquals(List.of("outer", "y"), names(container, "/x"));
            assertEquals(List.of("inner"), names(container, "/x/y"));
            assertEquals(List.of("y"), names(container, "/memory"));
            assertEquals(List.of("inner"), names(container, "/memory/y"));
        }
        stage.berth.must("exec", "runs", "touch", "/memory/kept-while-it-runs");
        Berth.Result lost = stage.berth.run("cp", shared + "/inner/inner", "made:/memory/lost");
        assertNotEquals(0, lost.exit(), lost.toString());
    }

    @Test
    void berthsFilesAreSeenInAnEtcOfTheUsers() throws Exception {
        Path etc = directory("etc", "mine");
        String show = "cat /etc/mine /etc/hostname; grep -c named /etc/hosts; grep -c ^nameserver /etc/resolv.conf";
        String said = shell(List.of("--hostname", "named", "-v", etc + ":/etc"), show);
        assertEquals("mine\nnamed\n1\n1", said);
        assertEquals("", Files.readString(etc.resolve("hosts")));
    }

    @Test
    void anEtcInWhichNothingCanBeMadeDoesWithoutBerthsFiles() throws Exception {
        Path etc = directory("bare", "mine");
        assertEquals("mine", shell(List.of("-v", etc + ":/etc:ro"), "ls /etc"));
        assertEquals(List.of("mine"), Arrays.asList(etc.toFile().list()));
    }

    @Test
    void aFileThatTheUserMountsIsSeenInsteadOfBerths() throws Exception {
        Path own = directory("own", "mine").resolve("mine");
        List<String> mounts =
                List.of("-v", own + ":/etc/hosts", "-v", own + ":/etc/resolv.conf", "--hostname", "named");
        assertEquals("mine\nmine\nnamed", shell(mounts, "cat /etc/hosts /etc/resolv.conf /etc/hostname"));
    }

    @Test
    void aPlaceInAReadOnlyMountThatIsMissingIsSaid() throws Exception {
        Path outer = directory("shut", "outer");
        Berth.Result result = stage.berth.run(
                "run", "--rm", "-v", "inner:/x/y", "-v", outer + ":/x:ro", "--entrypoint", "true", image);
        assertEquals(125, result.exit(), result.toString());
        assertTrue(
                result.complaint()
                        .contains(
                                "cannot mount /x/y in the container: read-only file system; it is not there and cannot"),
                result.toString());
        Files.createDirectory(outer.resolve("y"));
        assertEquals("outer\ny", shell(List.of("-v", "inner:/x/y", "-v", outer + ":/x:ro"), "ls /x"));
    }

    /** As a container of an older Berth is cloned: what had a slash too many has another volume of the image's beside it. */
    @Test
    void anAnonymousVolumeGivesWayAndTheSameMountCountsOnce() throws Exception {
        JsonNode volumes = stage.berth.get("/volumes");
        Path outer = directory("beside", "outer");
        String same = outer + ":/x/y";
        stage.berth.must("create", "--name", "beside", "-v", "/x/y", "-v", same, "-v", same + "/", image);
        assertEquals(
                List.of(outer.toString()),
                mounts("beside").findValuesAsText("source").stream()
                        .filter(source -> source.startsWith("/"))
                        .toList());
        assertEquals(1, targets("beside").stream().filter("/x/y"::equals).count());
        stage.berth.must("rm", "-v", "beside");
        assertEquals(volumes, stage.berth.get("/volumes"));
    }

    @Test
    void twoMountsAtOnePlaceAreRefused() throws Exception {
        JsonNode volumes = stage.berth.get("/volumes");
        HttpResponse<String> answer = stage.berth.api(
                "POST",
                "/containers",
                "{\"image\":\"" + image
                        + "\",\"mounts\":[{\"type\":\"volume\",\"source\":\"never\",\"target\":\"/x/y/\"},"
                        + "{\"type\":\"tmpfs\",\"target\":\"/x/./y\"}]}");
        assertEquals(422, answer.statusCode(), answer.body());
        JsonNode problem = new ObjectMapper().readTree(answer.body());
        assertEquals("mounts[1].target", problem.path("field").asText());
        assertEquals(
                "cannot mount at /x/y twice: leave one of the two out, or give it another target",
                problem.path("detail").asText());
        assertEquals("", stage.berth.must("ps", "-aq"));
        assertEquals(volumes, stage.berth.get("/volumes"));
    }

    /** Starts a container that goes on. */
    private static void create(String name, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of("run", "-d", "--name", name, "--entrypoint", "sleep"));
        words.addAll(List.of(options));
        words.addAll(List.of(image, "100000"));
        stage.berth.must(words.toArray(String[]::new));
    }

    /** What a shell in a fresh container prints for the script. */
    private static String shell(List<String> options, String script) throws Exception {
        List<String> words = new ArrayList<>(List.of("run", "--rm", "--entrypoint", "sh"));
        words.addAll(options);
        words.addAll(List.of(image, "-c", script));
        return stage.berth.must(words.toArray(String[]::new));
    }

    /** A directory with one file that says its name. */
    private static Path directory(String name, String file) throws IOException {
        Path directory = open(Files.createDirectory(shared.resolve(name)));
        Files.writeString(directory.resolve(file), file + "\n");
        return directory;
    }

    private static Path open(Path directory) throws IOException {
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private static JsonNode mounts(String container) throws Exception {
        return stage.berth.get("/containers/" + container).at("/config/mounts");
    }

    private static List<String> targets(String container) throws Exception {
        return mounts(container).findValuesAsText("target");
    }

    private static String source(String container, String target) throws Exception {
        return StreamSupport.stream(mounts(container).spliterator(), false)
                .filter(mount -> mount.path("target").asText().equals(target))
                .findFirst()
                .orElseThrow()
                .path("source")
                .asText();
    }

    private static List<String> names(String container, String path) throws Exception {
        return stage.berth
                .get("/containers/" + container + "/files/list?path=" + path)
                .findValuesAsText("name");
    }
}
