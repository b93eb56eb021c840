package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code berth cp} by docker's rules, row by row, both ways. */
@Timeout(300)
class CpIT {
    private static Stage stage;
    private Path here;

    @BeforeAll
    static void start() throws Exception {
        stage = new Stage();
        stage.berth.must("run", "-d", "--name", "c", stage.image, "sleep", "100000");
    }

    @AfterAll
    static void end() throws Exception {
        if (stage != null) {
            stage.close();
        }
    }

    @BeforeEach
    void make() throws Exception {
        here = Files.createTempDirectory("cp");
        Files.createDirectories(here.resolve("src/inner"));
        Files.writeString(here.resolve("src/inner/f"), "inner");
        Files.writeString(here.resolve("file"), "file");
        Files.createSymbolicLink(here.resolve("link"), Path.of("file"));
        stage.berth.must(
                "exec",
                "c",
                "sh",
                "-c",
                "rm -rf /t; mkdir -p /t/src/inner /t/dir; printf inner >/t/src/inner/f; printf file >/t/file; ln -s file /t/link");
    }

    @AfterEach
    void clean() throws Exception {
        new ProcessBuilder("rm", "-rf", here.toString()).start().waitFor();
    }

    private String at(String path) {
        return here + "/" + path;
    }

    private static void cp(String... words) throws Exception {
        String[] all = new String[words.length + 1];
        all[0] = "cp";
        System.arraycopy(words, 0, all, 1, words.length);
        stage.berth.must(all);
    }

    private static void refused(String sentence, String... words) throws Exception {
        String[] all = new String[words.length + 1];
        all[0] = "cp";
        System.arraycopy(words, 0, all, 1, words.length);
        Berth.Result result = stage.berth.run(all);
        assertEquals(125, result.exit(), result.toString());
        assertTrue(result.complaint().contains(sentence), result.toString());
        assertEquals(1, result.complaint().lines().count(), result.toString());
    }

    private static void holds(String path, String content) throws Exception {
        assertEquals(content, stage.berth.must("exec", "c", "cat", path), path);
    }

    private void isHere(String path, String content) throws Exception {
        assertEquals(content, Files.readString(here.resolve(path)), path);
    }

    @Test
    void aFileIntoTheContainer() throws Exception {
        cp(at("file"), "c:/t/new");
        holds("/t/new", "file");
        assertEquals("0:0", stage.berth.must("exec", "c", "stat", "-c", "%u:%g", "/t/new"));
        Files.writeString(here.resolve("file"), "again");
        cp(at("file"), "c:/t/new");
        holds("/t/new", "again");
        cp(at("file"), "c:/t/dir");
        holds("/t/dir/file", "again");
        refused("there is no such directory", at("file"), "c:/t/none/");
        refused("there is no /t/none", at("file"), "c:/t/none/x");
        refused("there is no such file", at("none"), "c:/t/");
        refused("there is no container nobody", at("file"), "nobody:/t/");
    }

    @Test
    void aFileOutOfTheContainer() throws Exception {
        cp("c:/t/file", at("new"));
        isHere("new", "file");
        stage.berth.must("exec", "c", "sh", "-c", "printf again >/t/file");
        cp("c:/t/file", at("new"));
        isHere("new", "again");
        cp("c:/t/file", at("src"));
        isHere("src/file", "again");
        refused("there is no such directory", "c:/t/file", at("none/"));
        refused("there is no directory " + at("none"), "c:/t/file", at("none/x"));
        refused("there is no /t/none", "c:/t/none", at("x"));
        cp("-q", "c:/t/link", at("copied"));
        assertTrue(Files.isSymbolicLink(here.resolve("copied")));
        cp("-L", "c:/t/link", at("followed"));
        isHere("followed", "again");
    }

    @Test
    void aDirectoryIntoTheContainer() throws Exception {
        cp(at("src"), "c:/t/new");
        holds("/t/new/inner/f", "inner");
        cp(at("src"), "c:/t/dir");
        holds("/t/dir/src/inner/f", "inner");
        cp(at("src/."), "c:/t/dir");
        holds("/t/dir/inner/f", "inner");
        refused("a directory cannot be copied to a file", at("src"), "c:/t/file");
        stage.berth.must("exec", "c", "mkdir", "/t/dir/file");
        refused("which is a directory there", at("file"), "c:/t/dir");
    }

    @Test
    void aDirectoryOutOfTheContainer() throws Exception {
        cp("c:/t/src", at("new"));
        isHere("new/inner/f", "inner");
        Files.createDirectory(here.resolve("dir"));
        cp("c:/t/src", at("dir"));
        isHere("dir/src/inner/f", "inner");
        cp("c:/t/src/.", at("dir"));
        isHere("dir/inner/f", "inner");
        refused("a directory cannot be copied to a file", "c:/t/src", at("file"));
    }

    @Test
    void linksGivenByTheUser() throws Exception {
        cp(at("link"), "c:/t/as-link");
        assertEquals("file", stage.berth.must("exec", "c", "readlink", "/t/as-link"));
        cp("-L", at("link"), "c:/t/followed");
        holds("/t/followed", "file");
        Files.writeString(here.resolve("file"), "through");
        cp(at("file"), "c:/t/link");
        holds("/t/file", "through");
        assertEquals("file", stage.berth.must("exec", "c", "readlink", "/t/link"));
        stage.berth.must("exec", "c", "ln", "-s", "dir", "/t/to-dir");
        cp(at("file"), "c:/t/to-dir");
        holds("/t/dir/file", "through");
    }

    @Test
    void streams() throws Exception {
        Berth.Result tar = stage.berth.run("cp", "c:/t/src", "-");
        assertEquals(0, tar.exit(), tar.complaint());
        assertEquals("", tar.complaint());
        Berth.Result back = stage.berth.feed(tar.out(), "cp", "-", "c:/t/dir");
        assertEquals(0, back.exit(), back.toString());
        holds("/t/dir/src/inner/f", "inner");
        Berth.Result file = stage.berth.feed(tar.out(), "cp", "-", "c:/t/file");
        assertEquals(125, file.exit());
        assertTrue(file.complaint().contains("needs a directory"), file.toString());
        Berth.Result bad = stage.berth.feed("no tar".repeat(500).getBytes(), "cp", "-", "c:/t/dir");
        assertEquals(125, bad.exit());
        assertTrue(bad.complaint().contains("not a tar archive"), bad.toString());
    }

    @Test
    void whatMakesNoSenseIsSaid() throws Exception {
        refused("cannot copy between containers", "c:/t/file", "c:/t/x");
        refused("neither", at("file"), at("x"));
        refused("names no path", "c:", at("x"));
        refused("neither directory nor file", "c:/t/file", "/dev/null");
        Berth.Result said = stage.berth.run("cp", at("file"), "c:/t/said");
        assertTrue(said.complaint().matches("Successfully copied [0-9.]+kB to c:/t/said\n"), said.toString());
    }

    @Test
    void ownersGoAlongWhenAskedFor() throws Exception {
        cp("-a", at("file"), "c:/t/owned");
        String uid = Files.getAttribute(here.resolve("file"), "unix:uid").toString();
        assertEquals(uid, stage.berth.must("exec", "c", "stat", "-c", "%u", "/t/owned"));
    }
}
