package dev.berth.launcher;

import dev.berth.launcher.PlanRecord.GidMap;
import dev.berth.launcher.PlanRecord.UidMap;
import dev.berth.linux.IdMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The ids of the service's own user namespace, which are those of every container's: each container's namespace maps
 * them to themselves, one line for each extent (a single line over two extents is EPERM).
 */
record IdMaps(IdMap uids, IdMap gids) {
    /** Of this process. */
    static IdMaps read(Path proc) {
        Path self = proc.resolve("self");
        return new IdMaps(IdMap.read(self.resolve("uid_map")), IdMap.read(self.resolve("gid_map")));
    }

    List<PlanRecord> plan() {
        List<PlanRecord> plan = new ArrayList<>();
        uids.extents().forEach(e -> plan.add(new UidMap(e.inside(), e.inside(), e.count())));
        gids.extents().forEach(e -> plan.add(new GidMap(e.inside(), e.inside(), e.count())));
        return plan;
    }

    /** Whether the user has one id only; the kernel then denies setgroups. */
    boolean isSingle() {
        return gids.size() == 1;
    }
}
