package dev.berth.network;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of slirp4netns. */
public record SlirpVersion(int major, int minor, int patch) implements Comparable<SlirpVersion> {
    private static final Pattern LINE = Pattern.compile("slirp4netns version (\\d+)\\.(\\d+)\\.(\\d+)");

    /** @param output of {@code slirp4netns --version} */
    static SlirpVersion parse(String output) {
        Matcher matcher = LINE.matcher(output);
        if (!matcher.find()) {
            throw new NetworkException.HelperMissing(
                    "cannot read the version of slirp4netns from '%s'".formatted(output.strip()), null);
        }
        return new SlirpVersion(number(matcher, 1), number(matcher, 2), number(matcher, 3));
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }

    @Override
    public int compareTo(SlirpVersion other) {
        return Comparator.comparingInt(SlirpVersion::major)
                .thenComparingInt(SlirpVersion::minor)
                .thenComparingInt(SlirpVersion::patch)
                .compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
