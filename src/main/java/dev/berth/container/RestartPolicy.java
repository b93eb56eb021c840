package dev.berth.container;

import java.util.List;

/**
 * When a container is started again by itself. This version knows only {@code no}, and refuses the others.
 *
 * @param policy no, on-failure, always or unless-stopped
 */
public record RestartPolicy(String policy, int maxRetries) {
    public static final RestartPolicy NO = new RestartPolicy("no", 0);

    public RestartPolicy {
        policy = policy == null ? "no" : policy;
        Checks.oneOf("policy", policy, List.of("no", "on-failure", "always", "unless-stopped"));
        Checks.range("maxRetries", maxRetries, 0, Integer.MAX_VALUE);
        if (!policy.equals("no")) {
            throw new ContainerException.Invalid(
                    "policy", "cannot restart by \"" + policy + "\": this version of Berth knows only \"no\"");
        }
    }
}
