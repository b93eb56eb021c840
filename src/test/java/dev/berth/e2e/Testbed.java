package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What a class of tests begins with: Berth, and an image that it has fetched. When the class is done everything is taken away again, and
 * the service's log tells of no failure: what a client did wrong is none.
 */
final class Testbed implements BeforeAllCallback, AfterAllCallback {
    private ImageServer server;
    private Berth berth;

    Berth berth() {
        return berth;
    }

    /** The image's name. */
    String image() {
        return server.image();
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        server = ImageServer.start();
        berth = new Berth();
        berth.must("pull", image());
    }

    /** Called also when the beginning failed. */
    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        if (berth != null) {
            String log = ServiceLog.of(berth);
            berth.close();
            assertEquals(List.of(), ServiceLog.failures(log), log);
        }
        if (server != null) {
            server.close();
        }
    }
}
