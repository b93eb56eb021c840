package dev.berth.registry;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers challenges, and remembers the answers for each registry and scope until they expire or are refused. Of several
 * threads that are refused at once, one renews. Thread-safe.
 */
final class Authorizer {

    /** Renewed this much before the end, so that a request is not refused on its way. */
    private static final long MARGIN_SECONDS = 10;

    private static final class Known {
        private Optional<String> header = Optional.empty();
        private long expires;
    }

    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final CredentialFiles credentials;
    private final Caller caller;

    Authorizer(CredentialFiles credentials, Caller caller) {
        this.credentials = credentials;
        this.caller = caller;
    }

    /** What worked before, if it has not expired. */
    Optional<String> known(Repository repository) {
        Known entry = entry(repository);
        synchronized (entry) {
            return entry.header.filter(header -> System.nanoTime() - entry.expires < 0);
        }
    }

    /** @param refused what this request was sent with. @throws RegistryException.Unauthorised when there is no answer */
    Optional<String> answer(
            Repository repository, List<Challenge> challenges, Optional<String> refused, Cancellation cancellation) {
        Known entry = entry(repository);
        synchronized (entry) {
            boolean renewedMeanwhile =
                    entry.header.isPresent() && !entry.header.equals(refused) && System.nanoTime() - entry.expires < 0;
            if (!renewedMeanwhile) {
                entry.header = Optional.empty();
                renew(entry, repository, challenges, cancellation);
            }
            return entry.header;
        }
    }

    RegistryException refused(Repository repository) {
        Known entry = entry(repository);
        synchronized (entry) {
            entry.header = Optional.empty();
        }
        return refusal(repository, find(repository));
    }

    private RegistryException refusal(Repository repository, Optional<Credentials> used) {
        return used.map(c -> RegistryException.Unauthorised.refused(
                        repository.reference(), c.username().isEmpty() ? "of your token" : c.username()))
                .orElseGet(
                        () -> RegistryException.Unauthorised.anonymous(repository.reference(), credentials.ofDocker()));
    }

    private void renew(Known entry, Repository repository, List<Challenge> challenges, Cancellation cancellation) {
        Optional<Challenge> bearer =
                challenges.stream().filter(Challenge::isBearer).findFirst();
        Optional<Credentials> mine = find(repository);
        if (bearer.isPresent()) {
            TokenAnswer answer = token(repository, bearer.get(), mine, cancellation);
            entry.header = Optional.of("Bearer " + answer.token());
            entry.expires = System.nanoTime()
                    + Duration.ofSeconds(answer.expiresInSeconds() - MARGIN_SECONDS)
                            .toNanos();
            return;
        }
        boolean basic = challenges.stream().anyMatch(Challenge::isBasic);
        if (!basic || mine.isEmpty() || mine.get().hasIdentityToken()) {
            throw refusal(repository, basic ? Optional.empty() : mine);
        }
        entry.header = mine.map(Credentials::basic);
        entry.expires = System.nanoTime() + Duration.ofHours(1).toNanos();
    }

    private TokenAnswer token(
            Repository repository, Challenge challenge, Optional<Credentials> mine, Cancellation cancellation) {
        URI realm = realm(repository.origin(), challenge);
        String service = challenge.parameter("service").orElse("");
        // the challenge's own scope may name more than we want, or another repository
        String scope = repository.pullScope();
        Call<TokenAnswer> call = mine.filter(Credentials::hasIdentityToken)
                .<Call<TokenAnswer>>map(c -> new TokenExchangeCall(realm, service, scope, c, refusal(repository, mine)))
                .orElseGet(() -> new TokenCall(realm, service, scope, mine, refusal(repository, mine)));
        return caller.callPlainly(call, cancellation);
    }

    /** It may be another host, but the way there must be as safe as the way to the registry. */
    private static URI realm(Origin registry, Challenge challenge) {
        String text = challenge.parameter("realm").orElse("");
        try {
            URI realm = new URI(text);
            if (registry.mayLeadTo(Origin.of(realm)) && realm.getRawFragment() == null) {
                return realm;
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            // said below
        }
        throw new RegistryException.BadAnswer(registry.toString(), "it names a token server that is no safe address");
    }

    private Optional<Credentials> find(Repository repository) {
        return credentials.find(
                repository.reference().domain(), repository.reference().path());
    }

    private Known entry(Repository repository) {
        return known.computeIfAbsent(repository.origin() + " " + repository.pullScope(), key -> new Known());
    }
}
