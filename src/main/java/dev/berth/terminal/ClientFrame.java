package dev.berth.terminal;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/** The frames that a client sends: one opcode byte, then the payload, big-endian (API.md). */
sealed interface ClientFrame {
    int MOST_INPUT = 16 * 1024;

    /** 16. */
    record Input(byte[] bytes) implements ClientFrame {}

    /** 17. */
    record EndOfInput() implements ClientFrame {}

    /** 18. */
    record Resize(int columns, int rows) implements ClientFrame {}

    /** 19. */
    record Acknowledged(long bytes) implements ClientFrame {}

    /** 20. */
    record Signal(String name) implements ClientFrame {}

    /** 21. */
    record Detach() implements ClientFrame {}

    /** @throws IllegalArgumentException when it is none of these; the message is a sentence for the client */
    static ClientFrame parse(Buffer frame) {
        if (frame.length() == 0) {
            throw new IllegalArgumentException("refused an empty frame: its first byte is the opcode");
        }
        int payload = frame.length() - 1;
        int opcode = frame.getUnsignedByte(0);
        return switch (opcode) {
            case 16 -> {
                if (payload > MOST_INPUT) {
                    throw new IllegalArgumentException(
                            "refused " + payload + " bytes of input in one frame: send at most " + MOST_INPUT);
                }
                yield new Input(frame.getBytes(1, frame.length()));
            }
            case 17 -> sized(opcode, payload, 0, new EndOfInput());
            case 18 -> {
                sized(opcode, payload, 4, null);
                yield new Resize(frame.getUnsignedShort(1), frame.getUnsignedShort(3));
            }
            case 19 -> {
                sized(opcode, payload, 4, null);
                yield new Acknowledged(frame.getUnsignedInt(1));
            }
            case 20 -> new Signal(new String(frame.getBytes(1, frame.length()), StandardCharsets.US_ASCII));
            case 21 -> sized(opcode, payload, 0, new Detach());
            default ->
                throw new IllegalArgumentException("refused a frame of opcode " + opcode + ", which nobody knows");
        };
    }

    private static ClientFrame sized(int opcode, int payload, int wanted, ClientFrame frame) {
        if (payload != wanted) {
            throw new IllegalArgumentException(
                    "refused a frame of opcode " + opcode + " with " + payload + " bytes of payload: it has " + wanted);
        }
        return frame;
    }
}
