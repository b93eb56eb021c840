package dev.berth.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.linux.SeccompLibrary;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SeccompTest {
    private static final int EPERM = FilterMachine.errno(1);
    private static final int EINVAL = FilterMachine.errno(22);
    private static final int ENOSYS = FilterMachine.errno(38);
    private static final CapabilitySet ADMIN = CapabilitySet.of(List.of("SYS_ADMIN"), List.of());

    private final Seccomp seccomp = new Seccomp(Syscalls.linux(), SeccompPolicy.load(), false);

    @BeforeEach
    void onlyWhereNumbersAreKnown() {
        assumeTrue("amd64".equals(System.getProperty("os.arch")), "the numbers here are those of x86-64");
    }

    private int answer(CapabilitySet capabilities, String call, long... arguments) {
        int number = SeccompLibrary.resolve(call).orElseThrow();
        return new FilterMachine(seccomp.program(capabilities)).answer(FilterMachine.X86_64, number, arguments);
    }

    private int answer(String call, long... arguments) {
        return answer(CapabilitySet.DEFAULT, call, arguments);
    }

    @Test
    void anUnknownCallAnswersNotImplemented() {
        FilterMachine machine = new FilterMachine(seccomp.program(CapabilitySet.DEFAULT));
        assertEquals(ENOSYS, machine.answer(FilterMachine.X86_64, 5000));
        assertEquals(ENOSYS, machine.answer(FilterMachine.X86_64, 0x40000000)); // x32
        assertEquals(ENOSYS, machine.answer(0xc00000b7, 63)); // aarch64
    }

    @Test
    void the32BitArchitectureHasTheSameRules() {
        FilterMachine machine = new FilterMachine(seccomp.program(CapabilitySet.DEFAULT));
        assertEquals(FilterMachine.ALLOW, machine.answer(FilterMachine.X86, 3)); // read
        assertEquals(EPERM, machine.answer(FilterMachine.X86, 21)); // mount
        assertEquals(EPERM, machine.answer(FilterMachine.X86, 54, 0, 0x5412));
        assertEquals(FilterMachine.ALLOW, machine.answer(FilterMachine.X86, 54, 0, 0x5413));
        assertEquals(EPERM, machine.answer(FilterMachine.X86, 359, 40));
    }

    @Test
    void noInputIsPushedIntoATerminalWhateverTheHighBits() {
        assertEquals(EPERM, answer("ioctl", 0, 0x5412));
        assertEquals(EPERM, answer("ioctl", 0, 0x1_0000_5412L));
        assertEquals(EPERM, answer("ioctl", 0, 0xffff_ffff_0000_541cL));
        assertEquals(FilterMachine.ALLOW, answer("ioctl", 0x5412, 0x5413));
    }

    @Test
    void namespacesAreNotMadeWithoutTheCapability() {
        assertEquals(FilterMachine.ALLOW, answer("clone", 0x01200011));
        assertEquals(FilterMachine.ALLOW, answer("clone", 0x003d0f00)); // a thread
        for (long flag : new long[] {
            0x10000000, 0x02000000, 0x04000000, 0x08000000, 0x20000000, 0x40000000, 0x00020000, 0x7e020011
        }) {
            assertEquals(EPERM, answer("clone", flag | 0x11), Long.toHexString(flag));
            assertEquals(EPERM, answer("clone", 0x1_0000_0000L | flag), Long.toHexString(flag));
        }
        assertEquals(ENOSYS, answer("clone3"));
        assertEquals(EPERM, answer("unshare", 0x10000000));
        assertEquals(FilterMachine.ALLOW, answer(ADMIN, "clone", 0x10000011));
        assertEquals(FilterMachine.ALLOW, answer(ADMIN, "clone3"));
        assertEquals(FilterMachine.ALLOW, answer(ADMIN, "mount"));
    }

    @Test
    void someEmulationsAndSocketsAreRefused() {
        assertEquals(FilterMachine.ALLOW, answer("personality", 0xffffffffL));
        assertEquals(FilterMachine.ALLOW, answer("personality", 8));
        assertEquals(ENOSYS, answer("personality", 0x0040000));
        assertEquals(EPERM, answer("socket", 40, 1, 0));
        assertEquals(EPERM, answer("socket", 0x1_0000_0028L, 1, 0));
        assertEquals(FilterMachine.ALLOW, answer("socket", 1, 1, 0));
        assertEquals(FilterMachine.ALLOW, answer("socket", 2, 1, 9));
        assertEquals(FilterMachine.ALLOW, answer("socket", 16, 3, 0));
        assertEquals(EINVAL, answer("socket", 16, 3, 9));
        assertEquals(
                FilterMachine.ALLOW, answer(CapabilitySet.of(List.of("AUDIT_WRITE"), List.of()), "socket", 16, 3, 9));
    }

    @Test
    void aProgramIsCompiledOnce() {
        assertSame(
                seccomp.program(CapabilitySet.DEFAULT), seccomp.program(CapabilitySet.of(List.of("kill"), List.of())));
    }

    /**
     * The policy that podman ships for the same purpose allows every container to make namespaces and mounts; docker's,
     * and so ours, only with CAP_SYS_ADMIN. These are all the differences.
     */
    private static final Map<String, String> DIFFERENT = different();

    private static Map<String, String> different() {
        Map<String, String> result = new TreeMap<>();
        Stream.of("fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree pivot_root umount umount2"
                        .split(" "))
                .forEach(call -> result.put(call, "mounts: docker asks for CAP_SYS_ADMIN"));
        Stream.of("clone", "clone3", "unshare")
                .forEach(call -> result.put(call, "namespaces: docker asks for CAP_SYS_ADMIN"));
        Stream.of("get_mempolicy", "mbind", "set_mempolicy")
                .forEach(call -> result.put(call, "memory policy: docker asks for CAP_SYS_NICE"));
        result.put("keyctl", "docker refuses keyrings");
        result.put("syslog", "docker asks for CAP_SYSLOG");
        result.put("reboot", "docker asks for CAP_SYS_BOOT");
        result.put("pidfd_getfd", "docker asks for CAP_SYS_PTRACE");
        result.put("personality", "compared by its values above");
        result.put("socket", "compared by its values above");
        Stream.of("epoll_ctl_old", "epoll_wait_old").forEach(call -> result.put(call, "no kernel has it"));
        result.put("syscall", "a number of the library's, no call");
        result.put("io_pgetevents", "docker allows it");
        return result;
    }

    @Test
    void everyCallHasTheVerdictThatPodmansPolicyGivesButForTheListedOnes() throws IOException {
        Path file = Path.of("/usr/share/containers/seccomp.json");
        boolean must = "1".equals(System.getenv("BERTH_MUST_WORK"));
        assumeTrue(must || Files.exists(file), "needs the package golang-github-containers-common");
        JsonNode rules = new ObjectMapper().readTree(file.toFile()).get("syscalls");
        for (CapabilitySet capabilities : List.of(
                CapabilitySet.DEFAULT,
                ADMIN,
                CapabilitySet.of(List.of("ALL"), List.of()),
                CapabilitySet.of(List.of(), List.of("ALL")))) {
            Map<String, Integer> theirs = verdicts(rules, capabilities);
            FilterMachine ours = new FilterMachine(seccomp.program(capabilities));
            Set<String> wrong = new TreeSet<>();
            theirs.forEach((call, verdict) -> {
                int number = SeccompLibrary.resolve(call).orElse(-1);
                if (number >= 0
                        && !DIFFERENT.containsKey(call)
                        && ours.answer(FilterMachine.X86_64, number) != verdict) {
                    wrong.add(call + " theirs " + Integer.toHexString(verdict));
                }
            });
            assertEquals(Set.of(), wrong, capabilities.toString());
        }
    }

    private static Map<String, Integer> verdicts(JsonNode rules, CapabilitySet capabilities) {
        Map<String, Integer> verdicts = new TreeMap<>();
        for (JsonNode rule : rules) {
            if (!applies(rule, capabilities)) {
                continue;
            }
            int verdict = rule.get("action").asText().equals("SCMP_ACT_ALLOW")
                    ? FilterMachine.ALLOW
                    : FilterMachine.errno(rule.get("errnoRet").asInt());
            rule.get("names").forEach(name -> verdicts.put(name.asText(), verdict));
        }
        return verdicts;
    }

    private static boolean applies(JsonNode rule, CapabilitySet capabilities) {
        Set<String> architectures = texts(rule.at("/includes/arches"));
        return (architectures.isEmpty() || architectures.contains("amd64"))
                && texts(rule.at("/includes/caps")).stream().allMatch(c -> has(capabilities, c))
                && texts(rule.at("/excludes/caps")).stream().noneMatch(c -> has(capabilities, c));
    }

    private static boolean has(CapabilitySet capabilities, String name) {
        return capabilities.contains(Capability.parse(name).orElseThrow());
    }

    private static Set<String> texts(JsonNode array) {
        Set<String> texts = new LinkedHashSet<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    @Test
    void capabilitiesAreAddedAndDroppedAsDockerDoes() {
        assertEquals(0x800405fbL, CapabilitySet.DEFAULT.bits());
        assertEquals(0, CapabilitySet.of(List.of(), List.of("all")).bits());
        assertEquals(
                Capability.NET_RAW.bit(),
                CapabilitySet.of(List.of("cap_net_raw"), List.of("ALL")).bits());
        assertEquals(
                (1L << 41) - 1 & ~Capability.SYS_ADMIN.bit(),
                CapabilitySet.of(List.of("ALL"), List.of("CAP_SYS_ADMIN")).bits());
        BadLaunch e = org.junit.jupiter.api.Assertions.assertThrows(
                BadLaunch.class, () -> CapabilitySet.of(List.of("NET_RAWR"), List.of()));
        assertEquals("capAdd", e.field());
        assertEquals(41, Arrays.stream(Capability.values()).count());
    }
}
