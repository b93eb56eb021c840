package dev.berth.e2e;

import dev.berth.rootfs.Need;
import java.util.Optional;

/**
 * A machine outside, of the tests' own: an address on a veth pair, made by {@code src/test/sh/test-host.bash}, which only root can. There
 * it answers TCP and UDP on {@link #ECHO} and names on port 53, and is the name server of /etc/resolv.conf.
 */
public record TestHost(String address) {
    public static final int ECHO = 7;

    /** Skips the test where nobody made one. */
    public static TestHost needed() {
        Optional<String> address =
                Optional.ofNullable(System.getenv("BERTH_TEST_HOST")).filter(text -> !text.isEmpty());
        Need.that(address.isPresent(), "this test needs a host outside: let root run ./berth test");
        return new TestHost(address.orElseThrow());
    }

    /** A name that only its name server knows. */
    public String name() {
        return TestHostServer.NAME;
    }

    /** The address of {@link #name}. */
    public String nameAddress() {
        return "198.51.100.77";
    }
}
