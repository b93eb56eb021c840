package dev.berth.container;

import dev.berth.image.StoredImage;

/** Where a new container's image comes from. */
@FunctionalInterface
public interface ImageSource {
    /**
     * The image of that name, fetched where the policy asks for it.
     *
     * @throws dev.berth.image.ImageException when there is none
     */
    StoredImage get(String name, PullPolicy policy);
}
