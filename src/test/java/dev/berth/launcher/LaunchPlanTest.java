package dev.berth.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.TerminalSize;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LaunchPlanTest {
    @Test
    void everyRecordOfTheTableIsOneOfJavaAndTheOtherWayRound() {
        Set<String> java = Arrays.stream(PlanRecord.class.getPermittedSubclasses())
                .map(PlanRecord::name)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(PlanTable.load().numbers().keySet()), java);
    }

    @Test
    void aPlanIsTextWithNulBehindEachPiece() {
        LaunchPlan plan = new LaunchPlan(List.of(
                new PlanRecord.Session("container", "ab"),
                new PlanRecord.Pivot(),
                new PlanRecord.Argv(List.of("sh", "", "ö"))));
        assertEquals(
                "BERTHPLAN|1|1|2|container|ab|32|0|51|3|sh||ö|99|0|",
                new String(plan.bytes(), StandardCharsets.UTF_8).replace('\0', '|'));
    }

    @Test
    void argumentsAreCombinedAsDockerDoes() {
        List<String> entry = List.of("/entry");
        List<String> cmd = List.of("serve");
        assertEquals(List.of("/entry", "serve"), ProcessSpec.arguments(entry, cmd, null, null));
        assertEquals(List.of("/entry", "x"), ProcessSpec.arguments(entry, cmd, null, List.of("x")));
        assertEquals(List.of("/mine"), ProcessSpec.arguments(entry, cmd, List.of("/mine"), null));
        assertEquals(List.of("/mine", "x"), ProcessSpec.arguments(entry, cmd, List.of("/mine"), List.of("x")));
        assertEquals(List.of("x"), ProcessSpec.arguments(entry, cmd, List.of(), List.of("x")));
    }

    @Test
    void aUserWhoIsNotRootHoldsNoCapability() {
        Identity identity = new Identity(1000, 1000, List.of(1000L), "/home/x");
        Environment environment =
                Environment.of(List.of("A=1=2", "PATH=/p", "broken"), Map.of("B", "3"), "/home/x", "h", true);
        ProcessSpec process = new ProcessSpec(
                List.of("sh"), List.of(), Map.of(), ImageUser.ROOT, "", true, true, TerminalSize.DEFAULT);
        List<PlanRecord> plan = ProcessPlan.of(process, identity, environment, Security.DEFAULT, true);
        assertTrue(plan.contains(new PlanRecord.Bounding("800405fb")));
        assertTrue(plan.contains(new PlanRecord.Capabilities("0", "0", "0", "0")));
        assertTrue(plan.contains(new PlanRecord.Cwd("/")));
        assertEquals(
                List.of("PATH=/p", "HOSTNAME=h", "TERM=xterm", "A=1=2", "B=3", "HOME=/home/x"), environment.lines());
    }

    @Test
    void whatNoProgramCanBeGivenIsASentence() {
        assertEquals(
                "the environment variable A of the image contains NUL, which no program can be given",
                refused(List.of("A=1\0002"), Map.of(), "/"));
        assertEquals(
                "the environment variable A?B of the image contains NUL, which no program can be given",
                refused(List.of("A\0B=1"), Map.of(), "/"));
        assertEquals(
                "the user's home directory in /etc/passwd of the image contains NUL, which no program can be given",
                refused(List.of(), Map.of(), "/home\0/x"));
        assertTrue(refused(List.of(), Map.of("A", "1\0002"), "/").startsWith("'A' is not the name"));
        assertEquals(
                List.of("A=2", "HOME=/h"),
                Environment.of(List.of("A=1\0"), Map.of("A", "2", "HOME", "/h"), "/\0", "h", false).lines().stream()
                        .filter(line -> line.startsWith("A=") || line.startsWith("HOME="))
                        .toList());
    }

    private static String refused(List<String> image, Map<String, String> user, String home) {
        return assertThrows(BadLaunch.class, () -> Environment.of(image, user, home, "h", false))
                .getMessage();
    }
}
