package dev.berth.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.container.CreateRequest;
import dev.berth.container.ExecRequest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of bad body gets its status, the field and a sentence without a word of Java. */
class BodiesTest {
    private final Bodies bodies = new Bodies();

    private <T> T read(String json, Class<T> type) {
        return bodies.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), type, Runnable::run);
    }

    private Problem refused(String json) {
        RuntimeException e = assertThrows(RuntimeException.class, () -> read(json, CreateRequest.class));
        Problem problem = Problems.of(e);
        assertFalse(problem.detail().contains("java"), problem.detail());
        assertFalse(problem.detail().contains("deserialize"), problem.detail());
        assertFalse(problem.detail().contains("Source:"), problem.detail());
        return problem;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "nonsense", "{\"image\":\"a\"} x", "{\"image\":\"a\",\"image\":\"b\"}"})
    void whatIsNoJsonIs400(String json) {
        assertEquals(400, refused(json).status());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|image",
                "{'image':5}|image",
                "{'image':true}|image",
                "{'image':'a','bogus':1}|bogus",
                "{'image':'a','tty':'yes'}|tty",
                "{'image':'a','tty':1}|tty",
                "{'image':'a','stopTimeout':1.5}|stopTimeout",
                "{'image':'a','stopTimeout':-1}|stopTimeout",
                "{'image':'a','stopTimeout':99999999999999}|stopTimeout",
                "{'image':'a','stopTimeout':'5'}|stopTimeout",
                "{'image':'a','command':'ls'}|command",
                "{'image':'a','command':[1]}|command[0]",
                "{'image':'a','command':[null]}|command[0]",
                "{'image':'a','env':[]}|env",
                "{'image':'a','env':{'A=B':'c'}}|env",
                "{'image':'a','name':'-x'}|name",
                "{'image':'a','name':7}|name",
                "{'image':'a','ports':[{'containerPort':0}]}|ports[0].containerPort",
                "{'image':'a','ports':[{'containerPort':70000}]}|ports[0].containerPort",
                "{'image':'a','ports':[{}]}|ports[0].containerPort",
                "{'image':'a','ports':[{'containerPort':1,'protocol':'sctp'}]}|ports[0].protocol",
                "{'image':'a','ports':[{'containerPort':1,'x':1}]}|ports[0].x",
                "{'image':'a','mounts':[{'type':'bind','source':'a','target':'/b'}]}|mounts[0].source",
                "{'image':'a','mounts':[{'type':'volume','source':'../x','target':'/b'}]}|mounts[0].source",
                "{'image':'a','mounts':[{'type':'tmpfs','target':'/'}]}|mounts[0].target",
                "{'image':'a','mounts':[{'type':'tmpfs','target':'/./x/..'}]}|mounts[0].target",
                "{'image':'a','resources':{'memory':1}}|resources.memory",
                "{'image':'a','restart':{'policy':'always'}}|restart.policy",
                "{'image':'a','pull':'now'}|pull",
                "{'image':'a','workingDir':'x'}|workingDir",
                "{'image':'a','hostname':'a b'}|hostname",
            })
    void whatIsWrongIs422AndNamed(String json, String field) {
        Problem problem = refused(json.replace('\'', '"'));
        assertEquals(422, problem.status(), problem.detail());
        assertEquals(field, problem.field(), problem.detail());
    }

    @Test
    void whatIsNestedTooDeeplyIs400() {
        assertEquals(400, refused("{\"a\":".repeat(50_000)).status());
        assertEquals(422, refused("[".repeat(50_000)).status());
    }

    @Test
    void anArrayIsNoRequest() {
        assertEquals(422, refused("[]").status());
    }

    @Test
    void whatIsLargerThanAMebibyteIs413() {
        assertEquals(413, refused("{\"image\":\"" + "a".repeat(1 << 20) + "\"}").status());
    }

    @Test
    void nullMeansTheDefault() {
        CreateRequest request = read(
                "{\"image\":\"a\",\"tty\":null,\"ports\":null,\"resources\":null,\"stopTimeout\":null,\"restart\":null}",
                CreateRequest.class);
        assertFalse(request.tty());
        assertTrue(request.ports().isEmpty());
    }

    @Test
    void anExecNeedsAProgram() {
        RuntimeException e = assertThrows(RuntimeException.class, () -> read("{\"command\":[]}", ExecRequest.class));
        assertEquals("command", Problems.of(e).field());
    }
}
