package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** The name a person gives a container, unique in a data directory. */
public record ContainerName(@JsonValue String value) {
    private static final Pattern FORM = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}");
    private static final Pattern LOOKS_LIKE_ID = Pattern.compile("[0-9a-f]{64}");

    private static final String[] MOODS = {
        "able", "amber", "brave", "brisk", "calm", "clear", "clever", "crisp", "eager", "early", "fair", "fleet",
        "fresh", "gentle", "glad", "golden", "grand", "happy", "hardy", "keen", "kind", "light", "lively", "lucky",
        "mellow", "merry", "mild", "neat", "noble", "patient", "plain", "proud", "quick", "quiet", "ready", "silver",
        "steady", "still", "stout", "sunny", "swift", "tidy", "true", "warm", "wise", "witty"
    };
    private static final String[] SHIPS = {
        "anchor", "barge", "beacon", "brig", "buoy", "canoe", "clipper", "coaster", "cog", "corvette", "cutter",
        "dhow", "dinghy", "dory", "ferry", "frigate", "galleon", "galley", "harbour", "jetty", "junk", "kayak",
        "ketch", "lantern", "lighter", "lugger", "packet", "pilot", "pinnace", "punt", "quay", "raft", "rudder",
        "sampan", "schooner", "skiff", "sloop", "tender", "trawler", "tug", "wherry", "yacht", "yawl"
    };

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ContainerName {
        if (value == null || !FORM.matcher(value).matches()) {
            throw new ContainerException.Invalid(
                    "name",
                    "cannot name a container \"" + value
                            + "\": a name has 1 to 128 of a-z A-Z 0-9 _ . - and begins with a letter or digit");
        }
        if (LOOKS_LIKE_ID.matcher(value).matches()) {
            throw new ContainerException.Invalid(
                    "name", "cannot name a container like an id (64 hex digits): choose a word");
        }
    }

    /** A name of two words, such as {@code brisk_ketch}; a later {@code attempt} appends digits. */
    static ContainerName random(RandomGenerator random, int attempt) {
        String words = MOODS[random.nextInt(MOODS.length)] + "_" + SHIPS[random.nextInt(SHIPS.length)];
        return new ContainerName(attempt == 0 ? words : words + random.nextInt(10 * attempt, 100 * attempt));
    }

    @Override
    public String toString() {
        return value;
    }
}
