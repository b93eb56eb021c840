package dev.berth.launcher;

import dev.berth.launcher.Accounts.Group;
import dev.berth.launcher.Accounts.User;
import dev.berth.linux.IdMap;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A user as numbers.
 *
 * @param groups the supplementary groups; the first is the primary group (CVE-2022-36109: without it, a file's "others"
 *     may read more than its group)
 * @param home of /etc/passwd, else "/"
 */
record Identity(long uid, long gid, List<Long> groups, String home) {
    Identity {
        groups = List.copyOf(groups);
    }

    /**
     * Looks the user up in the image, as docker does: names must be there, numbers need not; groups of the image's
     * /etc/group count unless a group is asked for.
     *
     * @throws BadLaunch when there is no such user or group, or the id does not exist in the user namespace
     */
    static Identity resolve(ImageUser wanted, Accounts accounts, IdMap uids, IdMap gids) {
        Optional<User> user = accounts.user(wanted.user(), 0);
        if (user.isEmpty() && !wanted.user().isEmpty() && !Accounts.isId(wanted.user())) {
            throw new BadLaunch("user", "there is no user '%s' in /etc/passwd of the image".formatted(wanted.user()));
        }
        long uid = user.map(User::uid).orElseGet(() -> number(wanted.user()));
        long gid = wanted.group()
                .map(group -> gid(group, accounts))
                .orElseGet(() -> user.map(User::gid).orElse(0L));
        Set<Long> groups = new LinkedHashSet<>(List.of(gid));
        if (wanted.group().isEmpty()) {
            user.ifPresent(u -> groups.addAll(accounts.groupsWith(u.name())));
        }
        check("user", uid, uids);
        check("group", gid, gids);
        List<Long> mapped = new ArrayList<>(groups);
        mapped.removeIf(group -> !gids.contains(group));
        return new Identity(uid, gid, mapped, home(user));
    }

    private static long number(String user) {
        return user.isEmpty() ? 0 : Long.parseLong(user);
    }

    private static long gid(String group, Accounts accounts) {
        Optional<Group> found = accounts.groupOf(group);
        if (found.isEmpty() && !Accounts.isId(group)) {
            throw new BadLaunch("user", "there is no group '%s' in /etc/group of the image".formatted(group));
        }
        return found.map(Group::gid).orElseGet(() -> Long.parseLong(group));
    }

    private static String home(Optional<User> user) {
        return user.map(User::home).filter(home -> home.startsWith("/")).orElse("/");
    }

    private static void check(String kind, long id, IdMap map) {
        if (map.contains(id)) {
            return;
        }
        if (map.size() == 1) {
            throw new BadLaunch(
                    "user",
                    "cannot run as %s %d: you have no subordinate ids, so only root exists in containers; `berth doctor` says how to get them"
                            .formatted(kind, id));
        }
        throw new BadLaunch(
                "user",
                "cannot run as %s %d: your subordinate ids give containers the ids 0 to %d"
                        .formatted(kind, id, map.size() - 1));
    }
}
