/** Use cases of containers. May import image, launcher, network, rootfs, store, linux and host. */
package dev.berth.container;
