/**
 * Trees of files as tar streams, both ways, beneath a root that hostile processes may change meanwhile: what {@code files} of the API and
 * {@code cp} of the command line stand on. Everything goes by descriptors; nothing but regular files is ever opened for reading. May
 * import rootfs (the tar format, attributes) and linux.
 */
package dev.berth.files;
