package dev.berth.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Poll;
import dev.berth.linux.SocketCalls.PollRequest;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.linux.UnixSocket;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The API of one container's slirp4netns: one JSON request for each connection. It serves no packet while it answers, and
 * takes one connection at a time: the caller sees to it that there is one.
 *
 * @see <a href="https://github.com/rootless-containers/slirp4netns/blob/master/slirp4netns.1.md#api-socket">API socket</a>
 */
final class SlirpApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LIMIT = 1 << 20;

    private final Syscalls calls;
    private final Path socket;

    SlirpApi(Syscalls calls, Path socket) {
        this.calls = calls;
        this.socket = socket;
    }

    /** A forward as slirp4netns knows it. */
    record Entry(int id, Forward forward) {}

    int add(Forward forward) {
        ObjectNode arguments = JSON.createObjectNode()
                .put("proto", forward.protocol().text())
                .put("host_addr", forward.hostAddress())
                .put("host_port", forward.hostPort())
                .put("guest_addr", Slirp4netns.ADDRESS)
                .put("guest_port", forward.containerPort());
        return ask("add_hostfwd", arguments).path("return").path("id").asInt();
    }

    List<Entry> list() {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode entry : ask("list_hostfwd", JSON.createObjectNode()).path("entries")) {
            entries.add(new Entry(
                    entry.path("id").asInt(),
                    new Forward(
                            Forward.Protocol.valueOf(
                                    entry.path("proto").asText("tcp").toUpperCase(java.util.Locale.ROOT)),
                            entry.path("host_addr").asText(),
                            entry.path("host_port").asInt(),
                            entry.path("guest_port").asInt())));
        }
        return entries;
    }

    void remove(int id) {
        ask("remove_hostfwd", JSON.createObjectNode().put("id", id));
    }

    private JsonNode ask(String command, ObjectNode arguments) {
        ObjectNode request = JSON.createObjectNode().put("execute", command);
        request.set("arguments", arguments);
        try (Fd connection = UnixSocket.connect(calls, socket)) {
            calls.writeFully(connection.number(), JSON.writeValueAsBytes(request));
            calls.shutdownOutput(connection.number());
            JsonNode answer = JSON.readTree(answer(connection));
            if (answer.has("error")) {
                throw new NetworkException.CannotForward(
                        NetworkException.CannotForward.Reason.REFUSED,
                        "slirp4netns refused: "
                                + answer.path("error").path("desc").asText("it gave no reason"));
            }
            return answer;
        } catch (SyscallException e) {
            throw new NetworkException.HelperSilent(
                    e.is(Errno.ENOENT) || e.is(Errno.ECONNREFUSED),
                    "cannot reach the container's slirp4netns: " + e.errno().text(),
                    e);
        } catch (JsonProcessingException e) {
            throw new NetworkException.HelperSilent(false, "cannot read the answer of the container's slirp4netns", e);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private byte[] answer(Fd connection) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteBuffer part = ByteBuffer.allocate(4096);
        while (answer.size() < LIMIT) {
            if (calls.poll(List.of(new PollRequest(connection.number(), Poll.IN)), PATIENCE)
                    .isEmpty()) {
                throw new NetworkException.HelperSilent(
                        false,
                        "the container's slirp4netns has not answered for %d seconds".formatted(PATIENCE.toSeconds()),
                        null);
            }
            part.clear();
            if (calls.read(connection.number(), part) == 0) {
                break;
            }
            answer.write(part.array(), 0, part.position());
        }
        return answer.toByteArray();
    }
}
