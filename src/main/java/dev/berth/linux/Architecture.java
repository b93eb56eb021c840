package dev.berth.linux;

/** The machine's architecture, as far as constants of the kernel depend on it. */
final class Architecture {
    static final boolean ARM64 = "aarch64".equals(System.getProperty("os.arch"));

    private Architecture() {}
}
