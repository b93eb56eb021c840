package dev.berth.network;

import dev.berth.linux.Errno;
import dev.berth.network.NetworkException.CannotForward;
import dev.berth.network.NetworkException.CannotForward.Reason;
import dev.berth.network.NetworkException.HelperSilent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The relay of one container's monitor (docs/handshake.md), for UDP ports that clients on this machine's own loopback use:
 * slirp4netns would drop every answer to them, because the loopback is out of the container's reach.
 */
final class RelayApi implements ForwardApi {
    /** The name of its socket in a container's runtime directory. */
    static final String SOCKET = "udp";

    private final ApiSocket socket;
    private final String address;

    /** @param address the container's own */
    RelayApi(ApiSocket socket, String address) {
        this.socket = socket;
        this.address = address;
    }

    /** Whether clients of a forward may have an address of the loopback. */
    static boolean isFor(Forward forward) {
        return forward.protocol() == Forward.Protocol.UDP
                && (forward.hostAddress().startsWith("127.")
                        || forward.hostAddress().equals("0.0.0.0"));
    }

    @Override
    public void add(Forward forward) {
        int error = ask("add %s %d %s %d"
                .formatted(forward.hostAddress(), forward.hostPort(), address, forward.containerPort()));
        if (error != 0) {
            throw new CannotForward(
                    Reason.REFUSED,
                    "cannot forward %s: %s".formatted(forward, Errno.of(error).text()));
        }
    }

    @Override
    public boolean remove(Forward forward) {
        return ask("remove %s %d".formatted(forward.hostAddress(), forward.hostPort())) == 0;
    }

    @Override
    public List<Forward> list() {
        List<Forward> forwards = new ArrayList<>();
        answer("list", forwards);
        return forwards;
    }

    private int ask(String request) {
        return answer(request, new ArrayList<>());
    }

    /** @return the number of an error; 0 is none */
    private int answer(String request, List<Forward> forwards) {
        byte[] answer = socket.ask(request.getBytes(StandardCharsets.US_ASCII));
        for (String line : new String(answer, StandardCharsets.US_ASCII).lines().toList()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "forward" ->
                    forwards.add(new Forward(
                            Forward.Protocol.UDP, words[1], Integer.parseInt(words[2]), Integer.parseInt(words[4])));
                case "failed" -> {
                    return Integer.parseInt(words[1]);
                }
                case "done" -> {
                    return 0;
                }
                default -> throw new HelperSilent(false, "cannot read the answer of the container's monitor", null);
            }
        }
        throw new HelperSilent(false, "the container's monitor has not answered", null);
    }
}
