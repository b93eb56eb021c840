package dev.berth.launcher;

import static dev.berth.launcher.Capability.CHOWN;
import static dev.berth.launcher.Capability.DAC_OVERRIDE;
import static dev.berth.launcher.Capability.FOWNER;
import static dev.berth.launcher.Capability.FSETID;
import static dev.berth.launcher.Capability.KILL;
import static dev.berth.launcher.Capability.NET_BIND_SERVICE;
import static dev.berth.launcher.Capability.SETFCAP;
import static dev.berth.launcher.Capability.SETGID;
import static dev.berth.launcher.Capability.SETPCAP;
import static dev.berth.launcher.Capability.SETUID;
import static dev.berth.launcher.Capability.SYS_CHROOT;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a container may hold at most: the bounding set. */
public record CapabilitySet(Set<Capability> capabilities) {
    /**
     * What a container keeps when nothing else is asked for: podman's eleven. MKNOD, NET_RAW and AUDIT_WRITE of
     * docker's list are left out: a user namespace makes no devices, and ping needs no raw socket (ping_group_range).
     */
    public static final CapabilitySet DEFAULT = new CapabilitySet(EnumSet.of(
            CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, NET_BIND_SERVICE, SETFCAP, SETGID, SETPCAP, SETUID, SYS_CHROOT));

    private static final String ALL = "ALL";

    public CapabilitySet {
        capabilities = Set.copyOf(capabilities);
    }

    /**
     * The default with changes, as docker reads them: {@code drop ALL} starts from nothing, {@code add ALL} from
     * everything, then single ones are added, then single ones are dropped.
     */
    public static CapabilitySet of(List<String> add, List<String> drop) {
        Set<Capability> result = EnumSet.noneOf(Capability.class);
        if (hasAll(add)) {
            result.addAll(EnumSet.allOf(Capability.class));
        } else if (!hasAll(drop)) {
            result.addAll(DEFAULT.capabilities);
        }
        result.addAll(named("capAdd", add));
        result.removeAll(named("capDrop", drop));
        return new CapabilitySet(result);
    }

    private static boolean hasAll(List<String> names) {
        return names.stream().anyMatch(ALL::equalsIgnoreCase);
    }

    private static Set<Capability> named(String field, List<String> names) {
        return names.stream()
                .filter(name -> !ALL.equalsIgnoreCase(name))
                .map(name -> Capability.parse(name)
                        .orElseThrow(() -> new BadLaunch(
                                field,
                                "there is no capability '%s'; see capabilities(7) for their names".formatted(name))))
                .collect(Collectors.toSet());
    }

    public boolean contains(Capability capability) {
        return capabilities.contains(capability);
    }

    /** One bit for each capability. */
    public long bits() {
        return capabilities.stream().mapToLong(Capability::bit).reduce(0, (a, b) -> a | b);
    }
}
