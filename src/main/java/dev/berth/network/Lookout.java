package dev.berth.network;

import dev.berth.linux.Poll;
import dev.berth.linux.SocketCalls.PollRequest;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.network.PortHolders.Holder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A helper outside of the service's user namespace (docs/handshake.md), which sees the sockets of all of the user's
 * programs. When it does not answer, what can be seen from within is all there is.
 */
public final class Lookout implements SocketOwners {
    /** The variable with the number of the helper's socket. */
    public static final String VARIABLE = "BERTH_LOOKOUT";

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int PACKET = 4096;

    private final Syscalls calls;
    private final int socket;
    private final SocketOwners within;
    private boolean broken;

    private Lookout(Syscalls calls, int socket, SocketOwners within) {
        this.calls = calls;
        this.socket = socket;
        this.within = within;
    }

    /** The helper that the environment names; {@code within} where it names none, as in development. */
    public static SocketOwners of(Map<String, String> environment, Syscalls calls, SocketOwners within) {
        String number = environment.getOrDefault(VARIABLE, "");
        return number.matches("\\d{1,6}") ? new Lookout(calls, Integer.parseInt(number), within) : within;
    }

    @Override
    public synchronized Map<Long, Holder> holders() {
        if (!broken) {
            try {
                return ask();
            } catch (SyscallException e) {
                System.getLogger(Lookout.class.getName())
                        .log(System.Logger.Level.WARNING, "the lookout is gone: holders of ports may not be named", e);
                broken = true;
            }
        }
        return within.holders();
    }

    private Map<Long, Holder> ask() {
        calls.sendmsg(socket, ByteBuffer.wrap(new byte[] {'?'}), List.of());
        Map<Long, Holder> holders = new HashMap<>();
        ByteBuffer packet = ByteBuffer.allocate(PACKET);
        while (true) {
            boolean answers = !calls.poll(List.of(new PollRequest(socket, Poll.IN)), PATIENCE)
                    .isEmpty();
            packet.clear();
            if (!answers || calls.read(socket, packet) == 0) {
                broken = true; // an answer that comes late would be taken for the next one
                return within.holders();
            }
            String text = new String(packet.array(), 0, packet.position(), StandardCharsets.ISO_8859_1);
            if (text.equals(".")) {
                return holders;
            }
            text.lines().forEach(line -> add(line, holders));
        }
    }

    private static void add(String line, Map<Long, Holder> holders) {
        String[] fields = line.split(" ", 3);
        holders.putIfAbsent(Long.parseLong(fields[0]), new Holder(Integer.parseInt(fields[1]), fields[2]));
    }
}
