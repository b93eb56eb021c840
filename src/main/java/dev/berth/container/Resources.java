package dev.berth.container;

/**
 * Limits. This version cannot set any (no cgroups yet), so it refuses each one by name and never ignores it.
 *
 * @param memory bytes
 * @param memorySwap bytes
 * @param cpus cores
 * @param pids processes
 */
public record Resources(Long memory, Long memorySwap, Double cpus, Long pids) {
    public static final Resources NONE = new Resources(null, null, null, null);

    public Resources {
        refuse("memory", memory);
        refuse("memorySwap", memorySwap);
        refuse("cpus", cpus);
        refuse("pids", pids);
    }

    private static void refuse(String field, Object value) {
        if (value != null) {
            throw new ContainerException.Invalid(
                    field, "cannot limit " + field + ": this version of Berth sets no limits yet; leave it out");
        }
    }
}
