package dev.berth.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Durations that were measured, in milliseconds. Safe for many threads. */
final class Figures {
    private final List<Double> millis = new ArrayList<>();

    synchronized void add(long nanos) {
        millis.add(nanos / 1e6);
    }

    synchronized int count() {
        return millis.size();
    }

    /** @param share 0.5 = the median, 1 = the greatest */
    synchronized double at(double share) {
        List<Double> sorted = millis.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get((int) Math.min(sorted.size() - 1L, Math.round(share * sorted.size())));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "median %.0f ms, p99 %.0f ms, max %.0f ms of %d", at(0.5), at(0.99), at(1), count());
    }
}
