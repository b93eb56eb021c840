/** Launch plan, id maps, capabilities, seccomp, handshake with berth-init. May import oci, rootfs and linux. */
package dev.berth.launcher;
