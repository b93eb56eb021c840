package dev.berth.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogFramesTest {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private void frame(int opcode, byte[] bytes) throws IOException {
        DataOutputStream frames = new DataOutputStream(sent);
        frames.write(opcode);
        frames.writeInt(bytes.length);
        frames.write(bytes);
    }

    private void copy(OutputStream to, OutputStream errors) throws IOException {
        new LogFrames(new ByteArrayInputStream(sent.toByteArray()), to, errors).copy();
    }

    @Test
    void eachStreamGetsItsBytesAsTheyAre() throws IOException {
        byte[] noise = new byte[100_000];
        new Random(1).nextBytes(noise);
        frame(1, noise);
        frame(2, new byte[] {0, (byte) 0xff, '\r', '\n'});
        frame(1, new byte[0]);
        copy(out, err);
        assertArrayEquals(noise, out.toByteArray());
        assertArrayEquals(new byte[] {0, (byte) 0xff, '\r', '\n'}, err.toByteArray());
    }

    @Test
    void whereBothGoToOnePlaceTheirOrderIsKept() throws IOException {
        for (int i = 0; i < 9; i++) {
            frame(1 + i % 2, new byte[] {(byte) ('1' + i)});
        }
        copy(out, out);
        assertEquals("123456789", out.toString());
    }

    @Test
    void whatIsMissingIsToldOnStandardErrorAndWhatIsNotKnownIsPassedOver() throws IOException {
        frame(1, "one\n".getBytes());
        frame(7, ByteBuffer.allocate(8).putLong(5_000_000_000L).array());
        frame(99, "of a newer service".getBytes());
        frame(1, "two\n".getBytes());
        copy(out, err);
        assertEquals("one\ntwo\n", out.toString());
        assertEquals("[berth: 5000000000 bytes of output were missed here]\n", err.toString());
    }

    @Test
    void textOfAnEarlierServiceGoesToStandardOutput() throws IOException {
        sent.writeBytes("text\n".getBytes());
        new LogFrames(new ByteArrayInputStream(sent.toByteArray()), out, err).copyText();
        assertEquals("text\n", out.toString());
    }

    @Test
    void aFrameThatIsCutOffIsNoEnd() throws IOException {
        sent.write(new byte[] {1, 0, 0, 0, 9, 'x'});
        assertThrows(EOFException.class, () -> copy(out, err));
    }
}
