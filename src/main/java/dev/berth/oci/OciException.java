package dev.berth.oci;

/** Root of this package's failures; the message is the sentence that a user reads. */
public abstract sealed class OciException extends RuntimeException {

    private OciException(String message) {
        super(message);
    }

    /** A name of an image that docker's grammar does not accept. */
    public static final class BadReference extends OciException {
        BadReference(String text, String reason) {
            super("cannot read image name " + Text.quote(text) + ": " + reason);
        }
    }

    /** A digest that is not {@code sha256:} and 64 hex digits, nor {@code sha512:} and 128. */
    public static final class BadDigest extends OciException {
        BadDigest(String text, String reason) {
            super("cannot read digest " + Text.quote(text) + ": " + reason);
        }
    }

    /** A platform that is not {@code os/architecture[/variant]}. */
    public static final class BadPlatform extends OciException {
        BadPlatform(String text, String reason) {
            super("cannot read platform " + Text.quote(text) + ": " + reason);
        }
    }

    /** A manifest, index or configuration that breaks its specification, or that Berth will not trust. */
    public static final class BadDocument extends OciException {
        public BadDocument(String kind, String reason) {
            super("cannot read " + kind + ": " + reason);
        }
    }

    /** Content that is not what its descriptor says. */
    public static final class Mismatch extends OciException {
        public Mismatch(String message) {
            super(message);
        }
    }
}
