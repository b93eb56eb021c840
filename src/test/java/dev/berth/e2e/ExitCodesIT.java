package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** How a program ended is how the command line ends. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExitCodesIT {
    private Stage stage;

    @BeforeAll
    void begin() throws Exception {
        stage = new Stage();
    }

    @AfterAll
    void end() throws Exception {
        if (stage != null) {
            stage.close();
        }
    }

    @Test
    void everyExitCodeIsTold() throws Exception {
        Map<Integer, String> wrong = new TreeMap<>();
        for (int code = 0; code < 256; code++) {
            HttpResponse<String> made = stage.berth.api(
                    "POST",
                    "/containers",
                    "{\"image\":\"" + stage.image
                            + "\",\"name\":\"c\",\"network\":\"none\",\"command\":[\"sh\",\"-c\",\"exit " + code
                            + "\"]}");
            assertEquals(201, made.statusCode(), made.body());
            assertEquals(
                    200, stage.berth.api("POST", "/containers/c/start", null).statusCode());
            String told = stage.berth.api("POST", "/containers/c/wait", null).body();
            if (!told.contains("\"exitCode\":" + code + "}")) {
                wrong.put(code, told);
            }
            assertEquals(204, stage.berth.api("DELETE", "/containers/c", null).statusCode());
        }
        assertEquals(Map.of(), wrong);
    }

    @Test
    void theCommandLineEndsWithTheProgramsCode() throws Exception {
        for (int code : new int[] {0, 1, 7, 125, 126, 127, 128, 255}) {
            assertEquals(
                    code,
                    stage.berth
                            .run("run", "--rm", stage.image, "sh", "-c", "exit " + code)
                            .exit());
        }
    }

    @Test
    void aSignalIsTold() throws Exception {
        for (int signal : new int[] {1, 6, 9, 15}) {
            assertEquals(
                    128 + signal,
                    stage.berth
                            .run("run", "--rm", stage.image, "sh", "-c", "kill -" + signal + " $$")
                            .exit());
        }
    }

    @Test
    void aSignalToTheCommandLineReachesTheProgram() throws Exception {
        Process run = stage.berth.start(
                "run",
                "--rm",
                stage.image,
                "sh",
                "-c",
                "trap 'exit 42' TERM; echo ready; while true; do sleep 0.1; done");
        assertEquals("ready", run.inputReader().readLine());
        run.destroy();
        assertTrue(run.waitFor(Await.seconds(60), TimeUnit.SECONDS));
        assertEquals(42, run.exitValue());
    }

    @Test
    void aProgramThatIsNotThereIs127() throws Exception {
        Berth.Result result = stage.berth.run("run", "--rm", stage.image, "/no/such/program");
        assertEquals(127, result.exit(), result.toString());
        assertSentence(result, "/no/such/program");
    }

    @Test
    void aProgramThatMayNotRunIs126() throws Exception {
        Berth.Result result = stage.berth.run("run", "--rm", stage.image, "/etc/passwd");
        assertEquals(126, result.exit(), result.toString());
        assertSentence(result, "/etc/passwd");
        assertEquals(126, stage.berth.run("run", "--rm", stage.image, "/etc").exit());
    }

    @Test
    void anErrorOfBerthsIs125() throws Exception {
        Berth.Result image = stage.berth.run("run", "--rm", stage.registry.domain() + "/no/such:1");
        assertEquals(125, image.exit(), image.toString());
        assertSentence(image, "no/such");
        Berth.Result user = stage.berth.run("run", "--rm", "-u", "nobody-here", stage.image, "true");
        assertEquals(125, user.exit(), user.toString());
        assertSentence(user, "nobody-here");
        assertEquals("", stage.berth.must("ps", "-aq"));
    }

    private static void assertSentence(Berth.Result result, String names) {
        assertEquals(1, result.complaint().strip().lines().count(), result.toString());
        assertTrue(result.complaint().contains(names), result.toString());
    }
}
