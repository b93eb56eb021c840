package dev.berth.access;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** One-time tokens of launch URLs: worth one sign-in each, for a while. Kept in memory only. Safe for many threads. */
public final class LaunchTokens {
    private static final Duration LIFE = Duration.ofHours(12);
    private static final int MOST = 32;

    private final Clock clock;
    private final Map<String, Long> expiry = new LinkedHashMap<>();

    public LaunchTokens(Clock clock) {
        this.clock = clock;
    }

    public synchronized String mint() {
        String token = Secret.random();
        expiry.put(Secret.digest(token), clock.millis() + LIFE.toMillis());
        if (expiry.size() > MOST) {
            expiry.remove(expiry.keySet().iterator().next());
        }
        return token;
    }

    /** Whether it was one of ours and not used before; from now on it is. */
    synchronized boolean redeem(String token) {
        Long until = expiry.remove(Secret.digest(token));
        return until != null && until >= clock.millis();
    }
}
