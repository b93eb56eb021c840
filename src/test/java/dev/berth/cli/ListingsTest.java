package dev.berth.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListingsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int berth(String... arguments) {
        try (CannedService service = new CannedService()) {
            Context context = new Context(
                    Map.of("HOME", "/", "BERTH_RUNTIME_DIR", "/nonexistent"),
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    new Api(service.url(), "token"));
            return Main.run(List.of(arguments), context);
        }
    }

    @Test
    void psPrintsATable() {
        assertEquals(0, berth("ps", "-a"));
        String[] lines = out.toString().split("\n");
        assertTrue(lines[0].startsWith("CONTAINER ID   IMAGE"), lines[0]);
        assertTrue(lines[1].matches("000000000000   i:latest   c .* ago .*Exited \\(0\\).* n"), lines[1]);
    }

    @Test
    void idsAndJson() {
        assertEquals(0, berth("ps", "-aq", "--no-trunc"));
        assertEquals("0".repeat(64) + "\n", out.toString());
        out.reset();
        assertEquals(0, berth("ps", "--json"));
        assertEquals(
                "n", Json.parse(out.toByteArray()).list().get(0).get("name").text());
        out.reset();
        assertEquals(0, berth("images", "-aq"));
        assertEquals("00\n", out.toString());
    }

    @Test
    void portsOfTheMachineAndOfAContainer() {
        assertEquals(0, berth("port", "ls"));
        assertEquals(
                List.of(
                        "PORT                 LEADS TO   STATE    BY",
                        "127.0.0.1:8080/tcp   n:80       active",
                        "0.0.0.0:22/tcp                  taken    another user's program",
                        "[::]:53/udp                     taken    named (pid 7)"),
                out.toString().lines().toList());
        for (List<String> line : List.of(List.of("port", "ls", "n"), List.of("port", "n"))) {
            out.reset();
            assertEquals(0, berth(line.toArray(String[]::new)));
            assertTrue(out.toString().contains("127.0.0.1:a free port/udp   n:53"), out::toString);
        }
        out.reset();
        assertEquals(0, berth("port", "add", "n", "80", "53/udp"));
        assertEquals(2, out.toString().lines().count(), out::toString);
        assertEquals(0, berth("port", "rm", "n", "8080"));
        for (String wrong : List.of("add", "rm", "add n", "ls a b", "cut a b")) {
            assertEquals(125, berth(("port " + wrong).split(" ")), wrong);
        }
    }

    @Test
    void howMuchOfTheDiskIsTaken() {
        assertEquals(0, berth("system", "df"));
        assertEquals(
                List.of(
                        "TYPE         TOTAL   SIZE     RECLAIMABLE",
                        "Images       2       7.80MB   0B",
                        "Containers   0       0B       0B",
                        "Volumes      1       999B     999B"),
                out.toString().lines().toList());
        out.reset();
        assertEquals(0, berth("system", "df", "--json"));
        assertEquals(
                "999", Json.parse(out.toByteArray()).get("volumes").get("size").text());
        assertEquals(125, berth("system", "prune"));
    }

    @Test
    void theProgramsExitCodeIsOurs() {
        assertEquals(7, berth("run", "--pull", "never", "i", "c"));
    }

    @Test
    void mistakesAreOneSentenceAndCode125() {
        assertEquals(125, berth("run"));
        assertEquals(125, berth("ps", "--nonsense"));
        assertEquals(125, berth("stop"));
        assertEquals(125, berth("--nonsense"));
        assertEquals(125, berth("top"));
        assertEquals(125, berth("alpine", "latest", "ls"));
        assertEquals(125, berth("ps", "-f", "colour=red"));
        err.toString().lines().forEach(line -> assertTrue(line.startsWith("berth: "), line));
        assertEquals(7, err.toString().lines().count());
    }

    @Test
    void everyVerbExplainsItself() {
        for (Verb verb : Verb.values()) {
            out.reset();
            assertEquals(0, berth(verb.word(), "--help"), verb.word());
            assertTrue(out.toString().startsWith("Usage: berth " + verb.word()), out::toString);
        }
        out.reset();
        assertEquals(0, berth("--help"));
        assertTrue(out.toString().contains("berth IMAGE [TAG]"));
    }

    @Test
    void filtersOfOneNameAreAlternativesAndOfTwoNamesBoth() {
        Json web = Json.parse("""
                {"id":"abc","name":"web","state":"running","image":"docker.io/library/nginx:latest",
                 "config":{"labels":{"a":"1"}}}""".getBytes());
        assertTrue(ContainerFilter.parse(List.of("name=we", "name=db")).matches(web));
        assertFalse(ContainerFilter.parse(List.of("name=we", "state=exited")).matches(web));
        assertTrue(ContainerFilter.parse(List.of("label=a", "ancestor=nginx")).matches(web));
        assertFalse(ContainerFilter.parse(List.of("label=a=2")).matches(web));
        assertThrows(CliException.class, () -> ContainerFilter.parse(List.of("name")));
    }

    @ParameterizedTest
    @CsvSource({
        "^web$,true",
        "^/web$,true",
        "eb,true",
        "w.b,true",
        "^eb,false",
        "web2?$,true",
        "db|web,true",
        "WEB,false"
    })
    void aNameIsARegularExpression(String expression, boolean matches) {
        Json web = Json.parse("{\"name\":\"web\"}".getBytes());
        assertEquals(
                matches, ContainerFilter.parse(List.of("name=" + expression)).matches(web));
    }

    @Test
    void anExpressionThatIsNoneIsSaid() {
        CliException refusal =
                assertThrows(CliException.class, () -> ContainerFilter.parse(List.of("name=web", "name=a(b")));
        assertTrue(refusal.getMessage().contains("'name=a(b': it is no regular expression"), refusal.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "0,0B",
        "999,999B",
        "1000,1.00kB",
        "7800000,7.80MB",
        "12345678,12.3MB",
        "999600,1.00MB",
        "123456789,123MB"
    })
    void sizes(long bytes, String text) {
        assertEquals(text, Human.size(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "0,less than a second",
        "1,1 second",
        "59,59 seconds",
        "119,119 seconds",
        "120,2 minutes",
        "7200,2 hours",
        "172800,2 days",
        "2592000,4 weeks",
        "63072000,2 years"
    })
    void durations(long seconds, String text) {
        assertEquals(text, Human.duration(Duration.ofSeconds(seconds)));
    }

    @Test
    void namesCannotDriveTheTerminal() {
        Table table = new Table("NAME");
        table.row("evil\033[2J\u009b1m");
        assertEquals("NAME\nevil?[2J?1m\n", table.toString());
    }
}
