/** Use cases of images: pull, list, remove. May import oci, registry, store and rootfs. */
package dev.berth.image;
