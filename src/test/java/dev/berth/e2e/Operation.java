package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;

/** What a service can be killed in: how it is brought about, and what may be so afterwards. */
enum Operation {
    CREATE {
        @Override
        void prepare(Victim victim) {}

        @Override
        HttpResponse<String> perform(Victim victim) throws Exception {
            return victim.create(false);
        }

        @Override
        void check(Victim victim, boolean answered) throws Exception {
            victim.mustBe(answered ? Set.of("created") : Set.of("created", Victim.GONE));
        }
    },
    START {
        @Override
        void prepare(Victim victim) throws Exception {
            assertEquals(201, victim.create(false).statusCode());
        }

        @Override
        HttpResponse<String> perform(Victim victim) throws Exception {
            return victim.call("POST", "/start", null);
        }

        @Override
        void check(Victim victim, boolean answered) throws Exception {
            victim.mustBe(answered ? Set.of("running") : Set.of("created", "running"));
            victim.mustHaveBegun(Set.of(victim.isRunning() ? 1 : 0));
        }
    },
    EXEC {
        @Override
        void prepare(Victim victim) throws Exception {
            victim.run();
        }

        @Override
        HttpResponse<String> perform(Victim victim) throws Exception {
            return victim.call(
                    "POST", "/exec", "{\"command\":[\"sleep\",\"" + Victim.mark("session", victim.number) + "\"]}");
        }

        @Override
        void check(Victim victim, boolean answered) throws Exception {
            victim.mustBe(Set.of("running"));
            victim.mustHaveBegun(Set.of(1));
            int programs =
                    Victim.programs(Victim.mark("session", victim.number)).size();
            // None, or one that was written down: nobody may have heard of that, but the service knows it.
            assertEquals(victim.sessions(), programs);
            assertTrue(programs == 1 || !answered && programs == 0, "programs of a session: " + programs);
        }
    },
    STOP {
        @Override
        void prepare(Victim victim) throws Exception {
            victim.run();
        }

        @Override
        HttpResponse<String> perform(Victim victim) throws Exception {
            return victim.call("POST", "/stop?timeout=0", null);
        }

        @Override
        void check(Victim victim, boolean answered) throws Exception {
            victim.mustBe(answered ? Set.of("exited") : Set.of("running", "exited"));
            victim.mustHaveBegun(Set.of(1));
        }
    },
    RESTART {
        @Override
        void prepare(Victim victim) throws Exception {
            victim.run();
        }

        @Override
        HttpResponse<String> perform(Victim victim) throws Exception {
            return victim.call("POST", "/restart?timeout=0", null);
        }

        @Override
        void check(Victim victim, boolean answered) throws Exception {
            victim.mustBe(answered ? Set.of("running") : Set.of("running", "exited"));
            victim.mustHaveBegun(answered ? Set.of(2) : Set.of(1, 2));
        }
    },
    REMOVE {
        @Override
        void prepare(Victim victim) throws Exception {
            victim.run();
            assertEquals(200, victim.call("POST", "/stop?timeout=0", null).statusCode());
        }

        @Override
        HttpResponse<String> perform(Victim victim) throws Exception {
            return victim.call("DELETE", "?volumes=true", null);
        }

        @Override
        void check(Victim victim, boolean answered) throws Exception {
            victim.mustBe(answered ? Set.of(Victim.GONE) : Set.of("exited", Victim.GONE));
        }
    },
    FORCED_REMOVE {
        @Override
        void prepare(Victim victim) throws Exception {
            victim.run();
        }

        @Override
        HttpResponse<String> perform(Victim victim) throws Exception {
            return victim.call("DELETE", "?force=true&volumes=true", null);
        }

        @Override
        void check(Victim victim, boolean answered) throws Exception {
            victim.mustBe(answered ? Set.of(Victim.GONE) : Set.of("running", "exited", Victim.GONE));
        }
    },
    /** One that removes itself at its end, which comes at once. */
    RUN_AND_GO {
        @Override
        void prepare(Victim victim) throws Exception {
            assertEquals(201, victim.create(true).statusCode());
        }

        @Override
        HttpResponse<String> perform(Victim victim) throws Exception {
            HttpResponse<String> started = victim.call("POST", "/start", null);
            if (started.statusCode() == 200) {
                victim.call("POST", "/wait?condition=removed", null);
            }
            return started;
        }

        @Override
        void check(Victim victim, boolean answered) throws Exception {
            // Not begun at all, or gone: what has begun goes without anybody asking for it.
            if (!victim.state().equals("created")) {
                Await.until("it has removed itself", 10, () -> victim.state().equals(Victim.GONE));
            }
        }
    };

    static final List<Operation> ALL = List.of(values());

    abstract void prepare(Victim victim) throws Exception;

    /** The call in which the service is killed. */
    abstract HttpResponse<String> perform(Victim victim) throws Exception;

    /** @param answered whether it had said that it was done */
    abstract void check(Victim victim, boolean answered) throws Exception;

    /** Whatever became of it: it works, it can be removed, its name is free, and then nothing of it is left. */
    void clear(Victim victim) throws Exception {
        if (!victim.state().equals(Victim.GONE)) {
            if (this != RUN_AND_GO) {
                assertEquals(200, victim.call("POST", "/start", null).statusCode());
                JsonNode run = victim.exec("echo", "works");
                assertEquals("works\n", run.path("stdout").asText(), run::toString);
            }
            assertEquals(
                    204, victim.call("DELETE", "?force=true&volumes=true", null).statusCode());
        }
        assertTrue(victim.state().equals(Victim.GONE));
        assertEquals(201, victim.create(false).statusCode(), "its name is free");
        assertEquals(204, victim.call("DELETE", "?volumes=true", null).statusCode());
        assertEquals(List.of(), Victim.programs(Victim.mark("session", victim.number)));
        assertEquals(List.of(), Victim.programs(Victim.mark("program", victim.number)));
    }
}
