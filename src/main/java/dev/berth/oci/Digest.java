package dev.berth.oci;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A content digest, as the OCI image specification writes it. The two registered algorithms are known; anything else is
 * refused here, so that the parts of a digest are safe as names of files.
 */
public record Digest(String algorithm, String hex) implements Comparable<Digest> {

    public static final String SHA256 = "sha256";
    public static final String SHA512 = "sha512";

    private static final Map<String, Integer> HEX_LENGTHS = Map.of(SHA256, 64, SHA512, 128);
    private static final Map<String, String> JCA_NAMES = Map.of(SHA256, "SHA-256", SHA512, "SHA-512");
    private static final Pattern LOWER_HEX = Pattern.compile("[0-9a-f]+");

    public Digest {
        Integer length = HEX_LENGTHS.get(algorithm);
        if (length == null) {
            throw new OciException.BadDigest(algorithm + ":" + hex, "the algorithm must be sha256 or sha512");
        }
        if (hex.length() != length || !LOWER_HEX.matcher(hex).matches()) {
            throw new OciException.BadDigest(
                    algorithm + ":" + hex, algorithm + " is followed by " + length + " lower-case hex digits");
        }
    }

    /** @throws OciException.BadDigest unless it is {@code algorithm:hex} */
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new OciException.BadDigest(text, "it must look like sha256:<64 hex digits>");
        }
        return new Digest(text.substring(0, colon), text.substring(colon + 1));
    }

    /** The sha256 of these bytes. */
    public static Digest of(byte[] bytes) {
        return ofHash(SHA256, messageDigest(SHA256).digest(bytes));
    }

    /** From a finished hash, for callers that feed a {@link MessageDigest} themselves. */
    public static Digest ofHash(String algorithm, byte[] hash) {
        return new Digest(algorithm, HexFormat.of().formatHex(hash));
    }

    /** A new hash of this digest's algorithm. */
    public MessageDigest messageDigest() {
        return messageDigest(algorithm);
    }

    /** Checks a stream of exactly {@code size} bytes against this digest. */
    public Verifier verifier(long size) {
        return new Verifier(this, size);
    }

    /** @throws OciException.Mismatch unless these bytes have this digest */
    public void verify(byte[] bytes, String what) {
        Digest actual = ofHash(algorithm, messageDigest().digest(bytes));
        if (!actual.equals(this)) {
            throw new OciException.Mismatch(what + " has digest " + actual + " instead of " + this);
        }
    }

    /** Twelve digits, for people. */
    public String abbreviated() {
        return hex.substring(0, 12);
    }

    @Override
    public int compareTo(Digest other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }

    private static MessageDigest messageDigest(String algorithm) {
        try {
            return MessageDigest.getInstance(JCA_NAMES.get(algorithm));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    /** Digest and size of a stream, checked inside it: a byte too many fails at once. Not thread-safe. */
    public static final class Verifier {

        private final Digest expected;
        private final long size;
        private final MessageDigest hash;
        private long count;

        private Verifier(Digest expected, long size) {
            this.expected = expected;
            this.size = size;
            this.hash = expected.messageDigest();
        }

        /** Consumes the buffer. @throws OciException.Mismatch when the stream is now longer than it may be */
        public void update(ByteBuffer bytes) {
            count += bytes.remaining();
            if (count > size) {
                throw new OciException.Mismatch(expected + " is longer than the " + size + " bytes announced");
            }
            hash.update(bytes);
        }

        public long count() {
            return count;
        }

        /** To be called at the stream's end, once. @throws OciException.Mismatch for a wrong size or digest */
        public void finish() {
            if (count != size) {
                throw new OciException.Mismatch(expected + " has " + count + " bytes instead of " + size);
            }
            Digest actual = ofHash(expected.algorithm(), hash.digest());
            if (!actual.equals(expected)) {
                throw new OciException.Mismatch(
                        "the content received has digest " + actual + " instead of " + expected);
            }
        }
    }
}
