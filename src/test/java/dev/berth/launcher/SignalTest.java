package dev.berth.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalTest {
    @ParameterizedTest
    @CsvSource({"SIGTERM,15", "term,15", "15,15", "KILL,9", "SIGRTMIN+3,37", "RTMAX-1,63", "sigpoll,29", "SYS,31"})
    void namesAndNumbers(String text, int number) {
        assertEquals(number, Signal.parse(text).number());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "65", "-1", "TERMS", "RTMIN-1", "RTMIN+31", "SIG15x"})
    void noSuchSignal(String text) {
        assertThrows(BadLaunch.class, () -> Signal.parse(text));
    }

    @Test
    void namesForPeople() {
        assertEquals("SIGQUIT", new Signal(3).toString());
        assertEquals("SIGRTMIN+3", new Signal(37).toString());
    }
}
