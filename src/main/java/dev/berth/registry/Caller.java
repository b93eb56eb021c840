package dev.berth.registry;

import dev.berth.registry.TransportException.Stage;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes calls: authenticates, follows redirects, tries again. The one place where status codes mean something that holds
 * for all endpoints. Thread-safe; blocks.
 */
final class Caller {

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504);

    private final Transport transport;
    private final Authorizer authorizer;
    private final Backoff backoff;
    private final Limits limits;
    /** When it last answered: a refused connection to a server that did so just now is a restart, else a wrong name. */
    private final Map<Origin, Long> reached = new ConcurrentHashMap<>();

    Caller(Transport transport, CredentialFiles credentials, Backoff backoff, Limits limits) {
        this.transport = transport;
        this.authorizer = new Authorizer(credentials, this);
        this.backoff = backoff;
        this.limits = limits;
    }

    /** With whatever authentication the registry asks for. */
    <T> T call(Repository repository, Call<T> call, Cancellation cancellation) {
        return call(Optional.of(repository), call, cancellation);
    }

    /** Without credentials, whatever the server asks for. */
    <T> T callPlainly(Call<T> call, Cancellation cancellation) {
        return call(Optional.empty(), call, cancellation);
    }

    private <T> T call(Optional<Repository> repository, Call<T> call, Cancellation cancellation) {
        int failures = 0;
        while (true) {
            cancellation.check();
            Duration wait;
            try (Exchange answer = send(repository, call, cancellation)) {
                Optional<Duration> again = pauseAskedFor(answer, call, failures + 1);
                if (again.isEmpty()) {
                    Optional<T> result = read(answer, call);
                    if (result.isPresent()) {
                        return result.get();
                    }
                    // the call asks with other headers now; counted, so that it ends
                    again = Optional.of(Duration.ZERO);
                }
                wait = again.get();
            } catch (TransportException e) {
                failures = call.progressed() ? 0 : failures;
                if (!mayTryAgain(e, call, failures)) {
                    throw new RegistryException.Unreachable(
                            Origin.of(call.uri()).toString(), e.getMessage(), e);
                }
                wait = backoff.after(failures + 1);
            }
            failures++;
            cancellation.sleep(wait);
        }
    }

    private boolean mayTryAgain(TransportException e, Call<?> call, int failures) {
        boolean worthwhile =
                e.stage() == Stage.EXCHANGE || e.stage() == Stage.CONNECT && wasThere(Origin.of(call.uri()));
        return worthwhile && failures + 1 < call.attempts(limits);
    }

    private boolean wasThere(Origin origin) {
        Long answered = reached.get(origin);
        return answered != null
                && System.nanoTime() - answered < limits.longestWait().toNanos();
    }

    private <T> Optional<T> read(Exchange answer, Call<T> call) throws TransportException {
        if (call.accepts(answer.status())) {
            return call.read(answer);
        }
        throw call.refused(Refusal.read(answer, Origin.of(call.uri()).toString()));
    }

    /** @return how long to wait before another attempt; empty when this answer is to be read */
    private Optional<Duration> pauseAskedFor(Exchange answer, Call<?> call, int failures) {
        if (!PASSING.contains(answer.status())) {
            return Optional.empty();
        }
        String host = Origin.of(call.uri()).toString();
        Optional<Duration> asked = answer.header("Retry-After").flatMap(backoff::retryAfter);
        Duration wait = asked.orElseGet(() -> backoff.after(failures));
        boolean last = failures >= call.attempts(limits);
        if (answer.status() == 429 && (wait.compareTo(limits.longestWait()) > 0 || last)) {
            throw new RegistryException.TooManyRequests(host, asked);
        }
        if (last) {
            throw new RegistryException.Unreachable(host, "it answers " + answer.status() + "; try again later", null);
        }
        return Optional.of(wait.compareTo(limits.longestWait()) > 0 ? limits.longestWait() : wait);
    }

    private Exchange send(Optional<Repository> repository, Call<?> call, Cancellation cancellation)
            throws TransportException {
        Optional<String> authorization = repository.flatMap(authorizer::known);
        Exchange answer = follow(call, authorization, cancellation);
        if (repository.isEmpty()) {
            return answer;
        }
        if (answer.status() == 401) {
            List<Challenge> challenges = Challenge.parse(answer.headers("WWW-Authenticate"));
            discard(answer);
            authorization = authorizer.answer(repository.get(), challenges, authorization, cancellation);
            answer = follow(call, authorization, cancellation);
        }
        if (answer.status() == 401 || answer.status() == 403) {
            discard(answer);
            throw authorizer.refused(repository.get());
        }
        return answer;
    }

    private Exchange follow(Call<?> call, Optional<String> authorization, Cancellation cancellation)
            throws TransportException {
        Origin first = Origin.of(call.uri());
        URI uri = call.uri();
        for (int hops = 0; hops <= Limits.REDIRECTS; hops++) {
            Map<String, String> headers = new HashMap<>(call.headers());
            boolean home = Origin.of(uri).equals(first);
            if (home) {
                authorization.ifPresent(value -> headers.put("Authorization", value));
            } else {
                headers.remove("Authorization");
            }
            Exchange answer = transport.send(call.method(), uri, headers, call.body(), cancellation);
            reached.put(Origin.of(uri), System.nanoTime());
            if (!REDIRECTS.contains(answer.status())) {
                return home ? answer : answerFromElsewhere(answer);
            }
            try {
                uri = target(call, uri, answer);
            } finally {
                discard(answer);
            }
        }
        throw new RegistryException.BadAnswer(first.toString(), "it redirects in a circle");
    }

    /** The storage behind a registry refuses when the signed address has expired: the registry gives a new one. */
    private static Exchange answerFromElsewhere(Exchange answer) throws TransportException {
        if (answer.status() == 401 || answer.status() == 403) {
            answer.close();
            throw new TransportException(Stage.EXCHANGE, "the server it redirects to answers " + answer.status());
        }
        return answer;
    }

    private static void discard(Exchange answer) {
        answer.drain();
        answer.close();
    }

    private static URI target(Call<?> call, URI from, Exchange answer) {
        String host = Origin.of(from).toString();
        if (call.method() == HttpMethod.POST) {
            throw new RegistryException.BadAnswer(host, "it redirects a request that carries a secret");
        }
        try {
            URI target = from.resolve(new URI(answer.header("Location").orElse("")));
            Origin origin = Origin.of(target);
            if (!Origin.of(from).mayLeadTo(origin)) {
                throw new RegistryException.BadAnswer(
                        host, "it redirects to " + origin + " by plain HTTP, which is not followed");
            }
            return target;
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new RegistryException.BadAnswer(host, "it redirects to what is no address");
        }
    }
}
