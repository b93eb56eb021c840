package dev.berth.host;

import dev.berth.linux.SubIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The ids beyond a user's own that it may hand out: from /etc/subuid and /etc/subgid, or from wherever the {@code subid:} line of
 * nsswitch.conf points, which only {@code getsubids} can ask.
 */
public record SubordinateIds(SubIds uids, SubIds gids) {
    /** What common images need: ids up to 65535. */
    static final long COMMON = 65536;

    static SubordinateIds of(Caller user, Path etc, String searchPath) {
        boolean elsewhere = SystemFile.lines(etc.resolve("nsswitch.conf")).stream()
                .anyMatch(line -> line.strip().startsWith("subid:") && !line.matches("\\s*subid:\\s*files\\s*"));
        if (elsewhere) {
            var program = SystemFile.program(searchPath, "getsubids");
            if (program.isPresent()) {
                return new SubordinateIds(
                        ask(List.of(program.get().toString(), user.name())),
                        ask(List.of(program.get().toString(), "-g", user.name())));
            }
        }
        return new SubordinateIds(
                SubIds.read(etc.resolve("subuid"), user.name(), user.uid()),
                SubIds.read(etc.resolve("subgid"), user.name(), user.uid()));
    }

    public boolean isEmpty() {
        return uids.size() == 0 || gids.size() == 0;
    }

    /** Lines such as {@code 0: alice 100000 65536}. */
    private static SubIds ask(List<String> command) {
        List<SubIds.Range> ranges = new ArrayList<>();
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            for (String line : output.split("\n")) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length == 4) {
                    ranges.add(new SubIds.Range(Long.parseLong(fields[2]), Long.parseLong(fields[3])));
                }
            }
        } catch (IOException | NumberFormatException e) {
            throw new HostException("cannot ask " + command.get(0) + " for subordinate ids: " + e.getMessage(), e);
        }
        return new SubIds(ranges);
    }
}
