package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.oci.ImageConfig;
import dev.berth.oci.RunConfig;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An image that asks for more than a container can have is refused before anything is made. */
class ImageBoundsTest {
    @Test
    void asManyAsAContainerMayHaveAreTaken() {
        assertDoesNotThrow(() -> check(
                "{}",
                "{\"Env\":[" + list(10_000, "\"A%d=1\"") + "],\"Labels\":{" + list(10_000, "\"a%d\":\"1\"")
                        + "},\"Volumes\":{" + list(128, "\"/v%d\":{}") + "}}"));
    }

    @Test
    void moreIsRefusedAndSaysThatItIsTheImage() {
        assertEquals(
                "the image asks for too many volumes: 129, more than the 128 that a container may have",
                refused("{}", "{\"Volumes\":{" + list(129, "\"/v%d\":{}") + "}}"));
        assertEquals(
                "the image asks for too many arguments: 100001, more than the 100000 that a container may have",
                refused("{}", "{\"Entrypoint\":[\"sh\"],\"Cmd\":[" + list(100_000, "\"\"") + "]}"));
        assertEquals(
                "the image asks for too much: its environment, labels and command have 1200007 characters, more than the"
                        + " 1048576 that a container may have",
                refused(
                        "{}",
                        "{\"Env\":[\"A=" + "x".repeat(600_000) + "\"],\"Labels\":{\"label\":\"" + "y".repeat(600_000)
                                + "\"}}"));
    }

    @Test
    void whatTheRequestHasCountsToo() {
        String one = "{\"env\":{\"B\":\"1\"},\"labels\":{\"b\":\"1\"}}";
        assertEquals(
                "the image asks for too many environment variables: 10001, more than the 10000 that a container may have",
                refused(one, "{\"Env\":[" + list(10_000, "\"A%d=1\"") + "]}"));
        assertEquals(
                "the image asks for too many labels: 10001, more than the 10000 that a container may have",
                refused(one, "{\"Labels\":{" + list(10_000, "\"a%d\":\"1\"") + "}}"));
    }

    private static String list(int count, String form) {
        return IntStream.range(0, count).mapToObj(form::formatted).collect(Collectors.joining(","));
    }

    private static String refused(String request, String image) {
        ContainerException.Invalid refused =
                assertThrows(ContainerException.Invalid.class, () -> check(request, image));
        assertEquals("image", refused.field());
        return refused.getMessage();
    }

    private static void check(String request, String image) throws Exception {
        RunConfig config = ImageConfig.parse(("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":" + image
                                + ",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}")
                        .getBytes(StandardCharsets.UTF_8))
                .config();
        String asked = "{\"image\":\"x\"" + (request.length() > 2 ? "," : "") + request.substring(1);
        ImageBounds.check(new ObjectMapper().readValue(asked, CreateRequest.class), config);
    }
}
