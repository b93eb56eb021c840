package dev.berth.image;

import java.util.Locale;

/** When a registry is asked for an image that may be here already. */
public enum PullPolicy {
    /** Always asks what the name means now; layers that are here are not fetched again. */
    ALWAYS,
    /** Only when the image is not here. */
    MISSING,
    /** Not at all. */
    NEVER;

    /** As it is written in requests and on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
