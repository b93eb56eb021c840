package dev.berth.rootfs;

/**
 * What a layer may become, so that no bomb fills the disk.
 *
 * @param bytes of the unpacked tar; as many may be copied from lower layers
 * @param ratio unpacked to packed bytes, once it is larger than {@code freeBytes}
 * @param freeBytes up to which the ratio does not matter: a file of zeros is honest
 * @param entries members of the tar
 */
public record ExtractionLimits(long bytes, long ratio, long freeBytes, long entries) {
    private static final long GIB = 1L << 30;

    /** 128 GiB; beyond 16 GiB not more than 200 times the blob; 4 million entries. */
    public static final ExtractionLimits DEFAULT = new ExtractionLimits(128 * GIB, 200, 16 * GIB, 4_000_000);

    /** Those of a blob of this size: {@code bytes} is what it may become. */
    ExtractionLimits of(long packed) {
        long largest = Math.min(bytes, Math.max(freeBytes, packed > bytes / ratio ? bytes : packed * ratio));
        return new ExtractionLimits(largest, ratio, freeBytes, entries);
    }
}
