package dev.berth.image;

import java.util.List;

/**
 * What a removal did.
 *
 * @param untagged names that were taken away
 * @param deleted ids of images that are gone
 * @param freed bytes
 */
public record Removal(List<String> untagged, List<String> deleted, long freed) {}
