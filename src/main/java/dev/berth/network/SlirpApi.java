package dev.berth.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.network.NetworkException.CannotForward;
import dev.berth.network.NetworkException.HelperSilent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The API of one container's slirp4netns: one JSON request for each connection. It serves no packet while it answers, and
 * takes one connection at a time: the caller sees to it that there is one.
 *
 * @see <a href="https://github.com/rootless-containers/slirp4netns/blob/master/slirp4netns.1.md#api-socket">API socket</a>
 */
final class SlirpApi implements ForwardApi {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ApiSocket socket;
    private final String address;

    /** @param address the container's own */
    SlirpApi(ApiSocket socket, String address) {
        this.socket = socket;
        this.address = address;
    }

    /** A forward as slirp4netns knows it. */
    private record Entry(int id, Forward forward) {}

    @Override
    public void add(Forward forward) {
        ask(
                "add_hostfwd",
                JSON.createObjectNode()
                        .put("proto", forward.protocol().text())
                        .put("host_addr", forward.hostAddress())
                        .put("host_port", forward.hostPort())
                        .put("guest_addr", address)
                        .put("guest_port", forward.containerPort()));
    }

    @Override
    public List<Forward> list() {
        return entries().stream().map(Entry::forward).toList();
    }

    private List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode entry : ask("list_hostfwd", JSON.createObjectNode()).path("entries")) {
            String protocol = entry.path("proto").asText("tcp").toUpperCase(Locale.ROOT);
            entries.add(new Entry(
                    entry.path("id").asInt(),
                    new Forward(
                            Forward.Protocol.valueOf(protocol),
                            entry.path("host_addr").asText(),
                            entry.path("host_port").asInt(),
                            entry.path("guest_port").asInt())));
        }
        return entries;
    }

    @Override
    public boolean remove(Forward forward) {
        Optional<Entry> entry =
                entries().stream().filter(it -> it.forward().equals(forward)).findFirst();
        entry.ifPresent(it -> ask("remove_hostfwd", JSON.createObjectNode().put("id", it.id())));
        return entry.isPresent();
    }

    private JsonNode ask(String command, ObjectNode arguments) {
        ObjectNode request = JSON.createObjectNode().put("execute", command);
        request.set("arguments", arguments);
        try {
            JsonNode answer = JSON.readTree(socket.ask(JSON.writeValueAsBytes(request)));
            if (answer.has("error")) {
                throw new CannotForward(
                        CannotForward.Reason.REFUSED,
                        "slirp4netns refused: "
                                + answer.path("error").path("desc").asText("it gave no reason"));
            }
            return answer;
        } catch (IOException e) {
            throw new HelperSilent(false, "cannot read the answer of the container's slirp4netns", e);
        }
    }
}
