/**
 * Values of the OCI and docker formats, parsed at the edge. May import the JDK and Jackson; the latter stays inside
 * {@code Json} (docs/adr, "JSON of image documents").
 */
package dev.berth.oci;
