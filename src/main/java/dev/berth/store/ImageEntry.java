package dev.berth.store;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Reference;
import java.util.Optional;

/**
 * One line of {@code index.json}.
 *
 * @param reference absent for an image that lost its name
 * @param doomed the user removed the image while a container used it: it goes when the last one is gone
 */
public record ImageEntry(Optional<Reference> reference, Descriptor descriptor, boolean doomed) {}
