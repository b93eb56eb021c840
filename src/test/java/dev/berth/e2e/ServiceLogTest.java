package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceLogTest {
    @Test
    void slownessIsAFailureButOnAnEmulatedMachineAndWhatComesAfterItIsOneThereToo() {
        String log = """
                Berth is ready: http://127.0.0.1:1
                2026-11-28 13:30:12,885 WARN  [io.vertx.core.impl.BlockedThreadChecker] (x) blocked: io.vertx.core.VertxException
                \tat java.lang.Class.isHidden(Native Method)
                2026-11-28 13:30:13,000 INFO  [dev.berth] (x) well
                2026-11-28 13:30:14,000 ERROR [dev.berth] (x) failure 1
                \tat dev.berth.Service.main(Service.java:1)
                """;
        assertEquals(
                List.of(
                        "2026-11-28 13:30:14,000 ERROR [dev.berth] (x) failure 1",
                        "\tat dev.berth.Service.main(Service.java:1)"),
                ServiceLog.failures(log, true));
        assertEquals(3, ServiceLog.failures(log, false).size());
    }
}
