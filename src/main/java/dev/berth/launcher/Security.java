package dev.berth.launcher;

/**
 * What a container may do.
 *
 * @param readOnlyRoot whether its root file system takes no write
 * @param noNewPrivileges whether setuid programs and file capabilities have no effect
 */
public record Security(CapabilitySet capabilities, boolean readOnlyRoot, boolean noNewPrivileges) {
    public static final Security DEFAULT = new Security(CapabilitySet.DEFAULT, false, false);
}
