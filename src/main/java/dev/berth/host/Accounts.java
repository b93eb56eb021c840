package dev.berth.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Users and groups of this machine as its files name them. */
final class Accounts {
    private final Path etc;

    Accounts(Path etc) {
        this.etc = etc;
    }

    /** @see <a href="https://man7.org/linux/man-pages/man5/passwd.5.html">passwd(5)</a> */
    Optional<Caller> user(String name) {
        for (String line : SystemFile.lines(etc.resolve("passwd"))) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 7 && fields[0].equals(name)) {
                return Optional.of(
                        new Caller(Integer.parseInt(fields[2]), Integer.parseInt(fields[3]), name, Path.of(fields[5])));
            }
        }
        return Optional.empty();
    }

    /** The groups that list the user, beside the one of its passwd line. */
    List<Integer> supplementaryGroups(String name) {
        List<Integer> groups = new ArrayList<>();
        for (String line : SystemFile.lines(etc.resolve("group"))) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 4 && List.of(fields[3].split(",")).contains(name)) {
                groups.add(Integer.parseInt(fields[2]));
            }
        }
        return groups;
    }
}
