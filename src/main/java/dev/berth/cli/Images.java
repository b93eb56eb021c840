package dev.berth.cli;

import dev.berth.oci.OciException;
import dev.berth.oci.Reference;

/** How image references are shown. */
final class Images {
    private Images() {}

    /** Without docker.io and library, as people write it. */
    static String familiar(String reference) {
        try {
            return Reference.parse(reference).familiar();
        } catch (OciException e) {
            return reference;
        }
    }

    /** {@code sha256:4bcff63911fc…} as {@code 4bcff63911fc}. */
    static String shortId(String digest) {
        String hex = digest.substring(digest.indexOf(':') + 1);
        return hex.substring(0, Math.min(12, hex.length()));
    }
}
