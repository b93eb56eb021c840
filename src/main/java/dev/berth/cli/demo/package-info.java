/**
 * {@code berth demo}: a small image of the machine's own busybox, served by a loopback registry that speaks the
 * distribution protocol; pulling and running it takes the ordinary path. May import cli, host, oci and commons-compress.
 */
package dev.berth.cli.demo;
