/** Content-addressed blobs in an OCI image layout, references, garbage collection. May import oci and linux. */
package dev.berth.store;
