/** Values of the OCI and docker formats, parsed at the edge. May import the JDK and Jackson annotations. */
package dev.berth.oci;
