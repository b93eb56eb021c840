package dev.berth.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.host.Doctor.Check;
import dev.berth.host.Doctor.Verdict;
import dev.berth.host.Probe.Result;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeChecksTest {
    private static Result failedStart(String place, String errno) {
        return new Result("start", errno, place, "cannot do it: reason");
    }

    @Test
    void aReportIsReadAsItWasWritten() {
        List<Result> results = List.of(
                new Result("overlay", null),
                new Result("tun", "EACCES"),
                failedStart("mount /proc", "EPERM"),
                new Result("start", null));
        StringBuilder report = new StringBuilder("Picked up JAVA_TOOL_OPTIONS: -Dx=y\n");
        results.forEach(result -> report.append(result.line()));
        assertEquals(results, Probe.parse(report.toString()));
    }

    @Test
    void aSentenceOfSeveralLinesIsOneInTheReport() {
        Result result = new Result("start", "EIO", "network", "slirp4netns said:\n\tno\tway");
        assertEquals(
                "slirp4netns said: no way", Probe.parse(result.line()).get(0).sentence());
    }

    @Test
    void whatWorksNeedsNoRemedy() {
        for (String step : List.of("owners", "whiteout", "overlay", "tun", "ping", "seccomp", "start")) {
            Check check = ProbeChecks.verdict(new Result(step, null));
            assertEquals(Verdict.OK, check.verdict());
            assertTrue(check.detail().startsWith("can "), check::toString);
            assertNull(check.remedy());
        }
    }

    @Test
    void eachStepThatFailsHasARemedy() {
        for (String step : List.of("owners", "whiteout", "overlay", "tun", "ping", "seccomp")) {
            Check check = ProbeChecks.verdict(new Result(step, "EPERM"));
            // Without pings a container runs all the same.
            assertEquals(step.equals("ping") ? Verdict.WARNING : Verdict.FAILED, check.verdict());
            assertTrue(check.detail().matches("cannot .*: EPERM"), check::toString);
            assertTrue(check.remedy() != null && !check.remedy().isBlank(), check::toString);
        }
    }

    @Test
    void aStartThatFailsSaysWhatTheUserWouldBeTold() {
        Check check = ProbeChecks.verdict(failedStart("sysctl net/ipv4/ping_group_range", "EROFS"));
        assertEquals("start", check.name());
        assertEquals(Verdict.FAILED, check.verdict());
        assertEquals("no container can start: cannot do it: reason", check.detail());
        assertTrue(check.remedy().contains("mend what else has failed"), check::toString);
    }

    @Test
    void aStartThatFailsHasTheRemedyOfItsStep() {
        assertRemedy("unmask=ALL", "mount /proc", "EPERM");
        assertRemedy("systempaths=unconfined", "mount /sys", "EPERM");
        assertRemedy("mend what else", "mount /proc", "ENOSPC");
        assertRemedy("mend what else", "mount /dev", "EPERM");
        assertRemedy("user.max_net_namespaces=", "clone", "ENOSPC");
        assertRemedy("nesting=true", "clone", "EPERM");
        assertRemedy("nesting=true", "ids uid_map", "EPERM");
        assertRemedy("mend what else", "exec /trial", "EACCES");
    }

    private static void assertRemedy(String remedy, String place, String errno) {
        String said = ProbeChecks.verdict(failedStart(place, errno)).remedy();
        assertTrue(said.contains(remedy), place + ": " + said);
    }
}
