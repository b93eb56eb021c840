package dev.berth.e2e;

/** How often a test repeats what fails seldom: a tenth for {@code ./berth test}, all of it for {@code ./berth soak}. */
final class Repeat {
    private Repeat() {}

    /** Whether this is {@code ./berth soak}. */
    static boolean inFull() {
        return "1".equals(System.getenv("BERTH_SOAK"));
    }

    /** @param full how often {@code ./berth soak} does it */
    static int times(int full) {
        return inFull() ? full : Math.max(1, full / 10);
    }

    /** Where a test's random choices begin: {@code BERTH_SEED}, or another one each time. Printed, so that a failure can be had again. */
    static long seed(Class<?> test) {
        String given = System.getenv("BERTH_SEED");
        long seed = given == null || given.isEmpty() ? System.nanoTime() : Long.parseLong(given);
        say(test, "BERTH_SEED=" + seed);
        return seed;
    }

    /** A figure for the one who runs the tests. */
    static void say(Class<?> test, String text) {
        System.out.println("   " + test.getSimpleName() + ": " + text);
    }
}
