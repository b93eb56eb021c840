package dev.berth.image;

/** Hears how a pull goes on. Called from several threads, one call at a time; must be quick. */
@FunctionalInterface
public interface PullListener {
    PullListener NONE = progress -> {};

    void progress(PullProgress progress);
}
