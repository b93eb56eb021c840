package dev.berth.host;

import dev.berth.linux.ProcStat;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A monitor whose user namespace a new service joins: only from there does it have power over the containers that still run. Read
 * from the {@code monitor} records of the data directory; a pid counts only with its start time and this boot's id.
 */
record JoinCandidate(int pid, long startTime) {
    private static final int ENOUGH = 8;

    static List<JoinCandidate> of(Path dataDir, Path proc) {
        String boot = SystemFile.line(proc.resolve("sys/kernel/random/boot_id")).orElse("");
        List<JoinCandidate> found = new ArrayList<>();
        try (DirectoryStream<Path> containers = Files.newDirectoryStream(dataDir.resolve("containers"))) {
            for (Path container : containers) {
                candidate(SystemFile.lines(container.resolve("monitor")), boot, proc)
                        .ifPresent(found::add);
                if (found.size() == ENOUGH) {
                    break;
                }
            }
        } catch (IOException e) {
            return List.of(); // no containers yet
        }
        return found;
    }

    private static java.util.Optional<JoinCandidate> candidate(List<String> record, String boot, Path proc) {
        if (!record.contains("boot " + boot)) {
            return java.util.Optional.empty();
        }
        for (String line : record) {
            String[] fields = line.split(" ");
            if (fields.length == 3 && fields[0].equals("monitor") && (fields[1] + fields[2]).matches("\\d{2,28}")) {
                JoinCandidate candidate = new JoinCandidate(Integer.parseInt(fields[1]), Long.parseLong(fields[2]));
                return java.util.Optional.of(candidate).filter(c -> c.isAlive(proc));
            }
        }
        return java.util.Optional.empty();
    }

    private boolean isAlive(Path proc) {
        return ProcStat.read(proc, pid)
                .filter(stat -> !stat.isZombie() && stat.startTime() == startTime)
                .isPresent();
    }
}
