package dev.berth.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The flags that limit what a container may use. */
final class LimitOptions {
    @Option(
            names = {"-m", "--memory"},
            paramLabel = "SIZE",
            description = "Limit of memory, such as 256m")
    String memory;

    @Option(
            names = "--memory-swap",
            paramLabel = "SIZE",
            description = "Limit of memory and swap together; -1 = as much swap as there is")
    String memorySwap;

    @Option(names = "--cpus", paramLabel = "NUMBER", description = "Limit of processors, such as 1.5")
    Double cpus;

    @Option(
            names = {"--pids", "--pids-limit"},
            paramLabel = "NUMBER",
            description = "Limit of processes")
    Long pids;

    /** The limits that were given, as the API has them. */
    Map<String, Object> resources() {
        Map<String, Object> resources = new LinkedHashMap<>();
        if (memory != null) {
            resources.put("memory", Sizes.parse(memory));
        }
        if (memorySwap != null) {
            resources.put("memorySwap", memorySwap.equals("-1") ? -1L : Sizes.parse(memorySwap));
        }
        if (cpus != null) {
            resources.put("cpus", cpus);
        }
        if (pids != null) {
            resources.put("pids", pids);
        }
        return resources;
    }
}
