package dev.berth.launcher;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The users and groups of an image. Lines that are not of the form are skipped, as the C library skips them.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/passwd.5.html">passwd(5)</a>
 * @see <a href="https://man7.org/linux/man-pages/man5/group.5.html">group(5)</a>
 */
record Accounts(List<User> users, List<Group> groups) {
    private static final int LIMIT = 4 << 20;

    record User(String name, long uid, long gid, String home) {}

    record Group(String name, long gid, List<String> members) {}

    static Accounts read(RootFiles root) {
        return new Accounts(
                lines(root, "/etc/passwd").stream()
                        .map(Accounts::user)
                        .flatMap(Optional::stream)
                        .toList(),
                lines(root, "/etc/group").stream()
                        .map(Accounts::group)
                        .flatMap(Optional::stream)
                        .toList());
    }

    private static List<String> lines(RootFiles root, String path) {
        byte[] content = root.read(path, LIMIT).orElse(new byte[0]);
        return new String(content, StandardCharsets.UTF_8).lines().toList();
    }

    private static Optional<User> user(String line) {
        String[] fields = line.split(":", -1);
        if (fields.length < 6 || !isId(fields[2]) || !isId(fields[3])) {
            return Optional.empty();
        }
        return Optional.of(new User(fields[0], Long.parseLong(fields[2]), Long.parseLong(fields[3]), fields[5]));
    }

    private static Optional<Group> group(String line) {
        String[] fields = line.split(":", -1);
        if (fields.length < 4 || !isId(fields[2])) {
            return Optional.empty();
        }
        List<String> members = new ArrayList<>(Arrays.asList(fields[3].split(",")));
        members.removeIf(String::isBlank);
        return Optional.of(new Group(fields[0], Long.parseLong(fields[2]), List.copyOf(members)));
    }

    /** Decimal, and small enough that no number of the kernel's is exceeded. */
    static boolean isId(String text) {
        return text.matches("[0-9]{1,10}") && Long.parseLong(text) < 0xffffffffL;
    }

    Optional<User> user(String nameOrId, long otherwise) {
        return users.stream()
                .filter(u -> nameOrId.isEmpty()
                        ? u.uid() == otherwise
                        : u.name().equals(nameOrId) || (isId(nameOrId) && u.uid() == Long.parseLong(nameOrId)))
                .findFirst();
    }

    Optional<Group> groupOf(String nameOrId) {
        return groups.stream()
                .filter(g -> g.name().equals(nameOrId) || (isId(nameOrId) && g.gid() == Long.parseLong(nameOrId)))
                .findFirst();
    }

    List<Long> groupsWith(String member) {
        return groups.stream()
                .filter(g -> g.members().contains(member))
                .map(Group::gid)
                .toList();
    }
}
