package dev.berth.launcher;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whom a program runs as, as an image or a request writes it: {@code name}, {@code uid}, {@code name:group},
 * {@code uid:gid}; empty = root.
 *
 * @param user empty = uid 0
 * @param group empty = what the image's /etc/passwd says, else 0
 */
public record ImageUser(String user, Optional<String> group) {
    public static final ImageUser ROOT = new ImageUser("", Optional.empty());

    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_.][A-Za-z0-9_.@-]*\\$?");

    public ImageUser {
        boolean wrongUser = !user.isEmpty() && !PART.matcher(user).matches();
        boolean wrongGroup = group.isPresent() && !PART.matcher(group.get()).matches();
        if (wrongUser || wrongGroup) {
            throw new BadLaunch(
                    "user",
                    "'%s' is not a user; write name, uid, name:group or uid:gid"
                            .formatted(user + group.map(g -> ":" + g).orElse("")));
        }
    }

    /** @throws BadLaunch when it is not of that form */
    public static ImageUser parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return new ImageUser(text, Optional.empty());
        }
        String group = text.substring(colon + 1);
        return new ImageUser(text.substring(0, colon), group.isEmpty() ? Optional.empty() : Optional.of(group));
    }
}
