package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.image.RealRegistry;
import dev.berth.rootfs.TestImage;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeIT {
    @TempDir
    Path temp;

    @Test
    void runs() throws Exception {
        try (Berth berth = new Berth();
                RealRegistry registry = RealRegistry.start(temp.resolve("registry"));
                TestImage image = new TestImage(temp.resolve("image"))) {
            image.layer(Busybox.layer()).tag("localhost/test:1");
            registry.push(image.data.root(), "localhost/test:1", "test:1");
            assertEquals("hello", berth.must("run", "--rm", registry.domain() + "/test:1", "echo", "hello"));
        }
    }
}
