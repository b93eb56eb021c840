package dev.berth.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.SubIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnterPlanTest {
    @TempDir
    Path directory;

    private final Path proc = Path.of("/proc");

    @Test
    void theUserIsZeroAndEveryRangeFollowsWithoutAGap() {
        SubIds ids = new SubIds(List.of(new SubIds.Range(100000, 65536), new SubIds.Range(700000, 10)));
        assertEquals(List.of("0:1000:1", "1:100000:65536", "65537:700000:10"), EnterPlan.Enterer.extents(1000, ids));
    }

    @Test
    void subordinateIdsAreReadByNameAndByNumber() throws Exception {
        Files.writeString(directory.resolve("subuid"), "me:100000:65536\nother:1:1\n1000:300000:5\n");
        Files.writeString(directory.resolve("subgid"), "other:1:1\n");
        Caller me = new Caller(1000, 1000, "me", Path.of("/home/me"));
        SubordinateIds ids = SubordinateIds.of(me, directory, "");
        assertEquals(65541, ids.uids().size());
        assertTrue(ids.isEmpty(), "gids are missing");
    }

    @Test
    void getsubidsIsAskedWhereTheIdsLiveElsewhere() throws Exception {
        Files.writeString(directory.resolve("nsswitch.conf"), "subid: sss\n");
        Path program = directory.resolve("getsubids");
        Files.writeString(program, "#!/bin/sh\n[ \"$1\" = -g ] && echo \"0: me 500 7\" || echo \"0: me 400 9\"\n");
        assertTrue(program.toFile().setExecutable(true));
        SubordinateIds ids =
                SubordinateIds.of(new Caller(1000, 1000, "me", Path.of("/")), directory, directory.toString());
        assertEquals(9, ids.uids().size());
        assertEquals(7, ids.gids().size());
    }

    @Test
    void aMonitorCountsOnlyWithItsStartTimeAndThisBoot() throws Exception {
        long pid = ProcessHandle.current().pid();
        long start =
                dev.berth.linux.ProcStat.read(proc, (int) pid).orElseThrow().startTime();
        String boot =
                Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
        record("alive", boot, pid, start);
        record("reused", boot, pid, start + 1);
        record("before", "an-earlier-boot", pid, start);
        assertEquals(List.of(new JoinCandidate((int) pid, start)), JoinCandidate.of(directory, proc));
        assertEquals(List.of(), JoinCandidate.of(directory.resolve("none"), proc));
    }

    private void record(String container, String boot, long pid, long start) throws Exception {
        Path folder = Files.createDirectories(directory.resolve("containers").resolve(container));
        Files.writeString(
                folder.resolve("monitor"),
                "berth-monitor 1\nboot %s\nmonitor %d %d\ninit 2 3\n".formatted(boot, pid, start));
    }

    @Test
    void mountsAreFoundByTheLongestTarget() {
        MountTable table = MountTable.parse(List.of(
                "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
                "23 22 0:5 / /run rw,nosuid,nodev - tmpfs tmpfs rw",
                "24 23 0:6 / /run/with\\040blank rw,noexec - tmpfs tmpfs rw"));
        assertTrue(table.of(Path.of("/run/with blank/x")).noexec());
        assertEquals(
                Set.of("rw", "nosuid", "nodev"), table.of(Path.of("/run/y")).options());
        assertFalse(table.of(Path.of("/home")).nodev());
    }

    @Test
    void theReasonOfAFailedStartIsBerthsOwnSentence() throws Exception {
        Path log = directory.resolve("service.log");
        Files.writeString(log, "WARN x\nberth: cannot listen on 127.0.0.1:7070: taken\n\tat a.b.C(C.java:1)\nmore\n");
        assertEquals("cannot listen on 127.0.0.1:7070: taken", FailureReason.read(log));
        Files.writeString(log, "Exception in thread main\n\tat a.b.C(C.java:1)\n");
        assertEquals("Exception in thread main (more in " + log + ")", FailureReason.read(log));
        assertTrue(FailureReason.read(directory.resolve("none")).startsWith("it ended without a word"));
    }

    @Test
    void accountsAreReadFromPasswdAndGroup() throws Exception {
        Files.writeString(
                directory.resolve("passwd"),
                "root:x:0:0::/root:/bin/sh\nberth:x:990:980::/var/lib/berth:/sbin/nologin\n");
        Files.writeString(directory.resolve("group"), "root:x:0:\nkvm:x:104:other,berth\nberthx:x:5:berthx\n");
        Accounts accounts = new Accounts(directory);
        assertEquals(
                new Caller(990, 980, "berth", Path.of("/var/lib/berth")),
                accounts.user("berth").orElseThrow());
        assertEquals(List.of(104), accounts.supplementaryGroups("berth"));
        ServiceUser user = ServiceUser.of(new Caller(0, 0, "root", Path.of("/root")), accounts);
        assertTrue(user.other());
        assertEquals(990, user.who().uid());
    }
}
