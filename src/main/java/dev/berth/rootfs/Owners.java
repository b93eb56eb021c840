package dev.berth.rootfs;

import dev.berth.linux.IdMap;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * How the owners of files are kept: as they are where subordinate ids exist, else (one id in the whole namespace) every file is the
 * user's and the owner stands in the attribute {@code user.berth.owner}, as {@code uid:gid}.
 */
public record Owners(IdMap users, IdMap groups) {
    static final String ATTRIBUTE = "user.berth.owner";

    /** @param proc where this process' maps are: {@code /proc/self} */
    public static Owners read(Path proc) {
        return new Owners(IdMap.read(proc.resolve("uid_map")), IdMap.read(proc.resolve("gid_map")));
    }

    /** Whether there is only one id, so that no file can be another's. */
    public boolean single() {
        return users.size() == 1;
    }

    /** User and group of the attribute; of one that cannot be read root, as whose file it is. */
    static int[] parse(byte[] attribute) {
        String[] ids = new String(attribute, StandardCharsets.US_ASCII).split(":", -1);
        try {
            return new int[] {Integer.parseUnsignedInt(ids[0]), Integer.parseUnsignedInt(ids[ids.length - 1])};
        } catch (NumberFormatException damaged) {
            return new int[] {0, 0};
        }
    }

    /** Refuses an owner that the maps do not hold. */
    void check(Attributes attributes, String path) {
        if (single()) {
            return;
        }
        refuse(users, Integer.toUnsignedLong(attributes.uid()), "user", "--add-subuids", path);
        refuse(groups, Integer.toUnsignedLong(attributes.gid()), "group", "--add-subgids", path);
    }

    private static void refuse(IdMap map, long id, String kind, String option, String path) {
        if (!map.contains(id)) {
            throw new RootfsException.CannotUnpack(
                    path + " belongs to " + kind + " " + id + ", but only " + map.size()
                            + " ids are mapped; give this user more with: usermod " + option
                            + " FIRST-LAST USER, and restart Berth",
                    null);
        }
    }
}
