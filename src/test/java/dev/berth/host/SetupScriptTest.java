package dev.berth.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./berth --yes} does where it may not, or cannot, repair the machine. */
@Timeout(60)
class SetupScriptTest {
    /** As the script that reads it has it, but for a machine that is asked for. */
    private static final String SCRIPT = """
            set -eu
            yes=1 verb=serve here=. home=. from=. checkout=
            say() { printf 'berth: %s\\n' "$*" >&2; }
            die() { say "$*"; exit 125; }
            find_java() { :; }
            . src/main/sh/setup.bash
            has() { [[ -e $machine/$1 || $1 != new* ]]; }
            look_for_programs() {
                has newjava || missing hard 'no Java' newjava
                has newuidmap || missing soft 'no newuidmap' newuidmap
            }
            look_for_ids() { missing soft 'no subordinate ids'; root_commands+=('usermod me'); }
            look_for_tun() { :; }
            look_for_profile() { :; }
            make_archives() { echo went on; }
            set_up
            """;

    @TempDir
    Path machine;

    private int exit;
    private String said;

    /** Root needs no sudo, and what would be run must not be the machine's own. */
    @BeforeEach
    void nothingIsTheMachinesOwn() throws Exception {
        program("sudo", "exit 1");
        program("usermod", "exit 1");
        program("apt-get", "exit 1");
    }

    private void program(String name, String script) throws Exception {
        Path file = Files.writeString(machine.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void setUp() throws Exception {
        ProcessBuilder bash = new ProcessBuilder("bash", "-c", SCRIPT).redirectErrorStream(true);
        bash.environment().put("PATH", machine + ":" + System.getenv("PATH"));
        bash.environment().put("machine", machine.toString());
        Process process = bash.start();
        said = new String(process.getInputStream().readAllBytes());
        exit = process.waitFor();
    }

    @Test
    void withoutWhatIsNotNeededItGoesOnAndSaysWhatFailedAndWhatIsMissing() throws Exception {
        Files.createFile(machine.resolve("newjava"));
        setUp();
        assertEquals(0, exit, said);
        assertTrue(said.contains("this failed: apt-get update\n"), said);
        assertTrue(
                said.endsWith("still missing:\n  - no newuidmap\n  - no subordinate ids\n"
                        + "berth: going on without it; 'berth doctor' tells what will not work\nwent on\n"),
                said);
    }

    @Test
    void withoutWhatIsNeededItEnds() throws Exception {
        setUp();
        assertEquals(125, exit, said);
        assertTrue(said.endsWith("cannot go on without what is missing\n"), said);
        assertFalse(said.contains("went on"), said);
    }

    @Test
    void aSudoThatRefusesIsAskedOnce() throws Exception {
        program("sudo", "echo sudo: a password is required >&2; exit 1");
        setUp();
        assertTrue(said.split("a password is required", -1).length <= 2, said);
    }

    /** As with timestamp_timeout=0; and one repository of somebody else's is out of order. */
    @Test
    void aSudoThatKeepsNoTicketIsAskedForEachCommand() throws Exception {
        program("sudo", "[ $1 != -n ] && exec \"$@\"");
        program("apt-get", "[ $1 = install ] && touch $machine/newjava $machine/newuidmap || ! echo no Release file");
        program("usermod", "touch $machine/ids");
        setUp();
        assertEquals(0, exit, said);
        assertTrue(said.contains("\nno Release file\nberth: this failed: apt-get update\n"), said);
        assertTrue(Files.exists(machine.resolve("ids")), said);
    }

    @Test
    void whatCouldBeInstalledIsMissingNoLonger() throws Exception {
        program("sudo", "[ $1 != -n ] || shift; exec \"$@\"");
        program("apt-get", "[ $1 = install ] && touch $machine/newjava $machine/newuidmap");
        setUp();
        assertEquals(0, exit, said);
        assertTrue(
                said.contains("this failed: usermod me\nberth: this is still missing:\n  - no subordinate ids\n"),
                said);
    }
}
