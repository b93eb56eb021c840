package dev.berth.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of images mean what they mean to docker. */
class ReferenceTest {
    private static final String HEX = "a".repeat(64);

    @ParameterizedTest
    @CsvSource({
        "alpine, docker.io/library/alpine:latest, alpine:latest",
        "alpine:3.20, docker.io/library/alpine:3.20, alpine:3.20",
        "me/x, docker.io/me/x:latest, me/x:latest",
        "library/alpine, docker.io/library/alpine:latest, alpine:latest",
        "docker.io/alpine, docker.io/library/alpine:latest, alpine:latest",
        "index.docker.io/alpine, docker.io/library/alpine:latest, alpine:latest",
        "localhost/x, localhost/x:latest, localhost/x:latest",
        "localhost:5000/x, localhost:5000/x:latest, localhost:5000/x:latest",
        "localhost:5000, docker.io/library/localhost:5000, localhost:5000",
        "quay.io/a/b/c:1, quay.io/a/b/c:1, quay.io/a/b/c:1",
        "host:5000/x:1, host:5000/x:1, host:5000/x:1",
        "UPPER/x, UPPER/x:latest, UPPER/x:latest",
        "[::1]:5000/x, [::1]:5000/x:latest, [::1]:5000/x:latest",
        "127.0.0.1/x, 127.0.0.1/x:latest, 127.0.0.1/x:latest",
        "a/b__c-d.e/f--g, docker.io/a/b__c-d.e/f--g:latest, a/b__c-d.e/f--g:latest",
        "docker.io/localhost/x, docker.io/localhost/x:latest, docker.io/localhost/x:latest",
    })
    void aShortNameMeansALongOne(String text, String canonical, String familiar) {
        Reference reference = Reference.parse(text);
        assertEquals(canonical, reference.canonical());
        assertEquals(familiar, reference.familiar());
        assertEquals(reference, Reference.parse(canonical));
        assertEquals(reference, Reference.parse(familiar));
    }

    @Test
    void aDigestPinsAndNeedsNoTag() {
        Reference pinned = Reference.parse("alpine@sha256:" + HEX);
        assertTrue(pinned.tag().isEmpty());
        assertEquals("docker.io/library/alpine@sha256:" + HEX, pinned.canonical());
        Reference both = Reference.parse("localhost:5000/x:1@sha256:" + HEX);
        assertEquals("1", both.tag().orElseThrow());
        assertEquals("sha256:" + HEX, both.identifier());
        assertEquals(both, Reference.parse(both.canonical()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Alpine",
                "a/B",
                "-a",
                "a-",
                "a//b",
                "/a",
                "a/",
                "a:",
                "a:-x",
                "a:.x",
                "a b",
                "a..b",
                "a___b",
                "a._b",
                "a@sha256:123",
                "a@sha512:123",
                "a@md5:0123",
                "a@",
                "@sha256:x",
                "http://a.b/c",
                "https://docker.io/x",
                "a.b:port/x",
                "a.b:99999/x",
                "a.b:/x",
                "-a.b/x",
                "a.b-/x",
                "[::1/x",
                "[zz]/x",
                "[1:2]:5000/x",
                "a\u0000b",
                "aé",
                "a:é",
                "localhost:5000/",
                "x:1:2",
                "a/b:c/d",
                "a\nb",
                "../x",
                "a/../b",
                "a.b/../x"
            })
    void whatIsNoNameIsRefusedInOneLine(String text) {
        String said = assertThrows(OciException.BadReference.class, () -> Reference.parse(text))
                .getMessage();
        assertTrue(said.startsWith("cannot read image name \"") && said.lines().count() == 1, said);
    }

    @Test
    void lengthsAreDockers() {
        Reference.parse("a:" + "t".repeat(128));
        assertThrows(OciException.BadReference.class, () -> Reference.parse("a:" + "t".repeat(129)));
        Reference.parse("me/" + "a".repeat(252));
        assertThrows(OciException.BadReference.class, () -> Reference.parse("me/" + "a".repeat(253)));
        assertThrows(OciException.BadReference.class, () -> Reference.parse("a".repeat(1_000_000)));
    }

    @Test
    void anIdIsNoName() {
        assertThrows(OciException.BadReference.class, () -> Reference.parse(HEX));
        Reference.parse(HEX.substring(1));
        Reference.parse("x/" + HEX);
    }

    @Test
    void hostileTextTakesNoTime() {
        assertTimeoutPreemptively(Duration.ofSeconds(2), () -> {
            for (String text : List.of(
                    "a-".repeat(400) + "!", "a.".repeat(400) + "/", "a__".repeat(300) + "_", "a/".repeat(500))) {
                assertThrows(OciException.BadReference.class, () -> Reference.parse(text));
            }
        });
    }
}
