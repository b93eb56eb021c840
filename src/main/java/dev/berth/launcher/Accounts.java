package dev.berth.launcher;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The users and groups of an image, looked up where they stand: a program in a container may fill these files with millions of entries,
 * so none is kept but what is asked for. Of a line counts what it has, as for docker: a user without a group has root's. One without an id
 * of its own is skipped.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/passwd.5.html">passwd(5)</a>
 * @see <a href="https://man7.org/linux/man-pages/man5/group.5.html">group(5)</a>
 */
record Accounts(RootFiles root) {
    private static final Pattern ID = Pattern.compile("[0-9]{1,10}");
    private static final String PASSWD = "/etc/passwd";
    private static final String GROUP = "/etc/group";
    /** NGROUPS_MAX of the kernel. */
    private static final int MOST_GROUPS = 65_536;

    record User(String name, long uid, long gid, String home) {}

    record Group(String name, long gid, String members) {
        Group with(String otherMembers) {
            return new Group(name, gid, otherMembers);
        }

        boolean has(String member) {
            return !member.isBlank() && ("," + members + ",").contains("," + member + ",");
        }
    }

    /** The first user of this name or number; without one, of the number {@code otherwise}. */
    Optional<User> user(String nameOrId, long otherwise) {
        return first(
                PASSWD,
                Accounts::user,
                user -> nameOrId.isEmpty()
                        ? user.uid() == otherwise
                        : user.name().equals(nameOrId) || (isId(nameOrId) && user.uid() == Long.parseLong(nameOrId)));
    }

    Optional<Group> groupOf(String nameOrId) {
        return first(
                GROUP,
                Accounts::group,
                group -> group.name().equals(nameOrId) || (isId(nameOrId) && group.gid() == Long.parseLong(nameOrId)));
    }

    /** Numbers of the groups that somebody belongs to, in their order. */
    Set<Long> groupsWith(String member) {
        Memberships memberships = new Memberships(member);
        root.lines(GROUP, memberships);
        return memberships.found;
    }

    private static final class Memberships implements Predicate<RootFiles.Part> {
        private final String member;
        private final Set<Long> found = new LinkedHashSet<>();
        /** The last one that began, with those members that were shown last. */
        private Optional<Group> group = Optional.empty();

        Memberships(String member) {
            this.member = member;
        }

        @Override
        public boolean test(RootFiles.Part part) {
            group = part.continues() ? group.map(begun -> begun.with(part.text())) : group(part.text());
            group.filter(shown -> shown.has(member)).ifPresent(shown -> found.add(shown.gid()));
            if (found.size() > MOST_GROUPS) {
                throw new BadLaunch(
                        "user",
                        "/etc/group of the image puts the user into more than %d groups, which the kernel does not allow"
                                .formatted(MOST_GROUPS));
            }
            return false;
        }
    }

    private <T> Optional<T> first(String path, Function<String, Optional<T>> form, Predicate<T> wanted) {
        AtomicReference<T> found = new AtomicReference<>();
        root.lines(path, part -> {
            if (!part.continues()) {
                form.apply(part.text()).filter(wanted).ifPresent(found::set);
            }
            return found.get() != null;
        });
        return Optional.ofNullable(found.get());
    }

    private static Optional<User> user(String line) {
        String[] fields = line.strip().split(":", 7);
        String gid = field(fields, 3).isEmpty() ? "0" : fields[3];
        if (!isId(field(fields, 2)) || !isId(gid)) {
            return Optional.empty();
        }
        return Optional.of(new User(fields[0], Long.parseLong(fields[2]), Long.parseLong(gid), field(fields, 5)));
    }

    private static Optional<Group> group(String line) {
        String[] fields = line.strip().split(":", 5);
        if (!isId(field(fields, 2))) {
            return Optional.empty();
        }
        return Optional.of(new Group(fields[0], Long.parseLong(fields[2]), field(fields, 3)));
    }

    private static String field(String[] fields, int place) {
        return place < fields.length ? fields[place] : "";
    }

    /** Decimal, and small enough that no number of the kernel's is exceeded. */
    static boolean isId(String text) {
        return ID.matcher(text).matches() && Long.parseLong(text) < 0xffffffffL;
    }
}
