/** Layer extraction, whiteouts, overlay snapshots. May import oci, store and linux. */
package dev.berth.rootfs;
