package dev.berth.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.oci.DiffId;
import dev.berth.oci.Digest;
import dev.berth.oci.Platform;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutlinesTest {
    private final Outlines outlines = new Outlines();

    private static Digest manifest(int number) {
        return Digest.of(("manifest " + number).getBytes(StandardCharsets.UTF_8));
    }

    private static Outline image(int layers) {
        DiffId layer = new DiffId(manifest(-1));
        return new Outline(
                manifest(-2),
                Platform.parse("linux/amd64"),
                Optional.empty(),
                Collections.nCopies(layers, layer),
                Collections.nCopies(layers, 1L));
    }

    @Test
    void aThousandImagesAreKeptButNotAllHoweverManyThereAre() {
        int images = 5_000;
        for (int i = 0; i < images; i++) {
            outlines.put(manifest(i), image(10));
        }
        for (int i = 0; i < 1_000; i++) {
            assertTrue(outlines.get(manifest(i)).isPresent(), "the first ones stay");
        }
        assertEquals(Optional.empty(), outlines.get(manifest(images - 1)));
        outlines.put(manifest(0), image(10));
        outlines.forget(manifest(1));
        outlines.forget(manifest(1));
        outlines.put(manifest(images), image(10));
        assertTrue(outlines.get(manifest(images)).isPresent(), "what is forgotten makes room");
    }

    @Test
    void anImageOfVeryManyLayersTakesNoRoom() {
        outlines.put(manifest(0), image(512));
        assertEquals(Optional.empty(), outlines.get(manifest(0)));
    }
}
