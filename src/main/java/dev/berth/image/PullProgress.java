package dev.berth.image;

import dev.berth.oci.Digest;
import java.util.Locale;

/**
 * How far a layer is.
 *
 * @param layer digest of its blob
 * @param current bytes of {@code total} that are fetched, or unpacked
 */
public record PullProgress(Digest layer, Status status, long current, long total) {
    /** What happens to the layer now. */
    public enum Status {
        WAITING,
        DOWNLOADING,
        VERIFYING,
        UNPACKING,
        DONE,
        /** It was here before. */
        CACHED;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
