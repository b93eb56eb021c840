package dev.berth.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final String HELLO_SHA256 =
            "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    @Test
    void theDigestOfBytes() {
        assertEquals(HELLO_SHA256, Digest.of(HELLO).toString());
        assertEquals(Digest.of(HELLO), Digest.parse(HELLO_SHA256));
    }

    @Test
    void sha512IsKnownToo() {
        Digest digest = Digest.parse("sha512:" + "0".repeat(128));
        assertThrows(OciException.Mismatch.class, () -> digest.verify(HELLO, "it"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sha256",
                "sha256:",
                "sha256:../../x",
                "md5:d41d8cd98f00b204e9800998ecf8427e",
                "sha256:abc",
                "sha256:2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824",
                "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b98240",
                "../sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
            })
    void whatIsNoDigestIsRefused(String text) {
        assertThrows(OciException.BadDigest.class, () -> Digest.parse(text));
    }

    @Test
    void aStreamIsCheckedForItsDigest() {
        Digest.Verifier right = Digest.of(HELLO).verifier(5);
        right.update(ByteBuffer.wrap(HELLO, 0, 2));
        right.update(ByteBuffer.wrap(HELLO, 2, 3));
        right.finish();
        Digest.Verifier wrong = Digest.of(HELLO).verifier(5);
        wrong.update(ByteBuffer.wrap("hallo".getBytes(StandardCharsets.UTF_8)));
        assertThrows(OciException.Mismatch.class, wrong::finish);
    }

    @Test
    void aStreamIsCheckedForItsSize() {
        Digest.Verifier longer = Digest.of(HELLO).verifier(4);
        assertThrows(OciException.Mismatch.class, () -> longer.update(ByteBuffer.wrap(HELLO)));
        Digest.Verifier shorter = Digest.of(HELLO).verifier(6);
        shorter.update(ByteBuffer.wrap(HELLO));
        assertThrows(OciException.Mismatch.class, shorter::finish);
    }

    @Test
    void aChainIsTheDigestOfTheChainBelowAndTheLayer() {
        DiffId layer = new DiffId(Digest.of(HELLO));
        assertEquals(layer.digest(), ChainId.of(List.of(layer)).digest());
        byte[] joined = (HELLO_SHA256 + " " + HELLO_SHA256).getBytes(StandardCharsets.US_ASCII);
        assertEquals(Digest.of(joined), ChainId.of(List.of(layer, layer)).digest());
    }
}
