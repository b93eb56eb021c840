package dev.berth.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PullLinesTest {
    private final PullLines lines = new PullLines();

    @Test
    void aSlowClientGetsOfEachLayerAndStatusWhatCameLast() throws Exception {
        for (int at = 1; at <= 1_000_000; at++) {
            lines.progress(line("a", "downloading", at));
        }
        lines.progress(line("b", "downloading", 1));
        lines.progress(line("a", "unpacking", 0));
        lines.end("end");
        assertEquals(line("a", "downloading", 1_000_000), lines.take());
        assertEquals(line("b", "downloading", 1), lines.take());
        assertEquals(line("a", "unpacking", 0), lines.take());
        assertEquals("end", lines.take());
    }

    @Test
    void whatWasTakenIsToldAgainWhenItChanges() throws Exception {
        lines.progress(line("a", "downloading", 1));
        assertEquals(line("a", "downloading", 1), lines.take());
        lines.progress(line("a", "downloading", 2));
        assertEquals(line("a", "downloading", 2), lines.take());
    }

    private static PullsResource.Line line(String layer, String status, long current) {
        return new PullsResource.Line(layer, status, current, 9);
    }
}
