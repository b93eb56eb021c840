package dev.berth.access;

import dev.berth.access.AccessException.Reason;
import java.time.Clock;
import java.time.Duration;

/** Decides on every request before anything else looks at it. Each question is one method; a refusal is an {@link AccessException}. */
public final class Gate {
    /** After too many wrong tokens a right one is taken as ever; a wrong one is looked at again after this time at the latest. */
    public static final Duration PATIENCE = Attempts.WINDOW;

    private final Hosts hosts;
    private final String tokenDigest;
    private final Sessions sessions;
    private final LaunchTokens launchTokens;
    private final Attempts attempts;

    public Gate(Hosts hosts, String token, Sessions sessions, LaunchTokens launchTokens, Clock clock) {
        this.hosts = hosts;
        this.tokenDigest = Secret.digest(token);
        this.sessions = sessions;
        this.launchTokens = launchTokens;
        this.attempts = new Attempts(clock);
    }

    /** Refuses foreign names and, where something could change or be read, foreign pages. */
    public void checkSource(Asked asked) {
        if (!hosts.known(asked.host())) {
            if (asked.host() == null || asked.host().isBlank()) {
                throw new AccessException(
                        Reason.UNKNOWN_HOST,
                        "refused a request without a Host header: Berth answers at " + hosts.pagesOrigin());
            }
            throw new AccessException(
                    Reason.UNKNOWN_HOST,
                    "refused the host name " + shown(asked.host()) + ": Berth answers at " + hosts.pagesOrigin()
                            + " and on loopback names; to allow another one, start it with BERTH_ALLOWED_HOSTS="
                            + shown(asked.host()));
        }
        if (asked.isFromAnotherSite()) {
            throw foreign("a page of another site (Sec-Fetch-Site: " + asked.fetchSite() + ")");
        }
        if (asked.origin() != null && asked.changesSomething() && !hosts.isOwnOrigin(asked.origin(), asked.host())) {
            throw foreign("the origin " + shown(asked.origin()));
        }
    }

    /** Lets in the holder of the token, and a session with its secret. */
    public void checkCaller(Asked asked) {
        String bearer = asked.bearer();
        if (bearer != null) {
            checkToken(bearer);
            return;
        }
        if (!hosts.servesPages(asked.host()) || !sessions.knows(asked.cookie())) {
            String message =
                    "not signed in: send the token that `berth token` prints as Authorization: Bearer, or sign in at "
                            + hosts.pagesOrigin();
            // Who shows nothing has guessed nothing: it does not count against those who do.
            throw asked.cookie() == null ? new AccessException(Reason.NOT_SIGNED_IN, message) : failed(message);
        }
        // A browser names its origin on every upgrade and unsafe request: without one it is no page of ours.
        if (asked.changesSomething() && asked.origin() == null) {
            throw foreign("a request without an origin");
        }
        if (!sessions.admits(asked.cookie(), asked.secret())) {
            throw new AccessException(
                    Reason.WRONG_SECRET,
                    "refused the session without its secret: send it as X-Berth-Session, or sign in again at "
                            + hosts.pagesOrigin() + "/sign-in");
        }
    }

    /** Whether a page (which holds no data) may be shown, or the sign-in page instead. */
    public boolean isSignedIn(Asked asked) {
        return sessions.knows(asked.cookie());
    }

    /** Whether pages are served at the name that was asked; elsewhere the browser is sent to {@link Hosts#pagesOrigin()}. */
    public boolean servesPages(Asked asked) {
        return hosts.servesPages(asked.host());
    }

    /** Exchanges a one-time token, or the bearer token itself, for a session. */
    public Sessions.Granted signIn(Asked asked, String token) {
        if (!hosts.servesPages(asked.host()) || asked.origin() == null) {
            throw foreign("a sign-in from outside of the dashboard");
        }
        if (!launchTokens.redeem(token)) {
            checkToken(token);
        }
        return sessions.open();
    }

    public String launchUrl() {
        return hosts.pagesOrigin() + "/sign-in#" + launchTokens.mint();
    }

    public Hosts hosts() {
        return hosts;
    }

    public Sessions sessions() {
        return sessions;
    }

    private void checkToken(String token) {
        if (!Secret.same(tokenDigest, Secret.digest(token))) {
            throw failed("refused the token: it is not the one that `berth token` prints, or its link was used before");
        }
    }

    private AccessException failed(String message) {
        return attempts.failedTooOften()
                ? new AccessException(Reason.TOO_MANY_ATTEMPTS, "refused: too many wrong tokens; wait a minute")
                : new AccessException(Reason.NOT_SIGNED_IN, message);
    }

    private AccessException foreign(String what) {
        return new AccessException(
                Reason.FOREIGN_ORIGIN,
                "refused " + what + ": the dashboard takes requests of its own pages only (" + hosts.pagesOrigin()
                        + "; more names: BERTH_ALLOWED_HOSTS)");
    }

    private static String shown(String header) {
        return header == null ? "(none)" : header.length() > 100 ? header.substring(0, 100) + "…" : header;
    }
}
