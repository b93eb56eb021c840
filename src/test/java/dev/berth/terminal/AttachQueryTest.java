package dev.berth.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.container.Attachments.Start;
import org.junit.jupiter.api.Test;

class AttachQueryTest {
    @Test
    void withoutAQueryTheLastMegabyteIsReplayedAndOnlyTheContractsFramesAreSent() {
        AttachQuery query = AttachQuery.parse(null);
        assertEquals(new Start.Tail(1024 * 1024), query.start());
        assertFalse(query.viewers());
        assertFalse(query.awaited());
    }

    @Test
    void theStartAndTheWishesAreRead() {
        assertEquals(new Start.From(7), AttachQuery.parse("from=7").start());
        AttachQuery query = AttachQuery.parse("tail=9&viewers=true");
        assertEquals(new Start.Tail(9), query.start());
        assertTrue(query.viewers());
        assertFalse(query.awaited());
        assertTrue(AttachQuery.parse("from=0&wait=true").awaited());
        assertTrue(AttachQuery.parse("tail=0&next=true").nextRun());
        assertFalse(AttachQuery.parse("tail=0").nextRun());
    }

    @Test
    void whatIsNoNumberIsRefused() {
        AttachQuery query = AttachQuery.parse("from=soon");
        String said = assertThrows(IllegalArgumentException.class, query::start).getMessage();
        assertEquals("from \"soon\" is no number of bytes", said);
    }
}
