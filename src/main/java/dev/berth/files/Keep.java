package dev.berth.files;

/**
 * What of a file goes along beside its content, mode and time.
 *
 * @param owners its user and group; otherwise it belongs to root in the archive
 * @param attributes extended attributes, with file capabilities and access lists
 */
public record Keep(boolean owners, boolean attributes) {
    public static final Keep ALL = new Keep(true, true);
}
