package dev.berth.image;

import java.util.List;

/**
 * What a removal did.
 *
 * @param untagged names that were taken away
 * @param deleted ids of images that are gone
 * @param freed bytes
 */
public record Removal(List<Untagged> untagged, List<String> deleted, long freed) {
    /**
     * A name that was taken away.
     *
     * @param image id of the one that had it; null of one that cannot be read
     */
    public record Untagged(String reference, String image) {}
}
