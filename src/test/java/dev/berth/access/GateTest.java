package dev.berth.access;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.access.AccessException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each attack on a dashboard of localhost, against the decision itself. */
class GateTest {
    private static final String TOKEN = "the-token-of-this-machine";
    private static final String HOME = "berth.localhost:7070";
    private static final String ORIGIN = "http://berth.localhost:7070";

    @TempDir
    Path directory;

    private Sessions sessions;
    private LaunchTokens launchTokens;
    private Gate gate;

    private void open(String... allowed) {
        openAt("127.0.0.1", allowed);
    }

    private void openAt(String address, String... allowed) {
        sessions = new Sessions(directory.resolve("sessions"), Clock.systemUTC());
        launchTokens = new LaunchTokens(Clock.systemUTC());
        gate = new Gate(new Hosts(address, 7070, Set.of(allowed)), TOKEN, sessions, launchTokens, Clock.systemUTC());
    }

    private static Asked get(String host) {
        return new Asked("GET", false, host, null, null, false, null, null, null);
    }

    private static Asked post(String host, String origin, String fetchSite) {
        return new Asked("POST", false, host, origin, fetchSite, false, null, null, null);
    }

    private static Asked upgrade(String origin, String cookie, String secret) {
        return new Asked("GET", true, HOME, origin, null, false, null, cookie, secret);
    }

    private static Asked with(Asked asked, String cookie, String secret) {
        return new Asked(
                asked.method(),
                asked.upgrade(),
                asked.host(),
                asked.origin(),
                asked.fetchSite(),
                asked.navigation(),
                null,
                cookie,
                secret);
    }

    private static Asked bearer(String host, String token) {
        return new Asked("GET", false, host, null, null, false, "Bearer " + token, null, null);
    }

    private Reason refusalOf(Runnable question) {
        return assertThrows(AccessException.class, question::run).reason();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"berth.localhost:7070", "BERTH.localhost:7070", "127.0.0.1:7070", "localhost:7070", "[::1]:7070"
            })
    void answersUnderItsOwnNames(String host) {
        open();
        assertDoesNotThrow(() -> gate.checkSource(get(host)));
    }

    @Test
    void anotherLoopbackAddressIsOneOfItsNamesAndThePagesLiveThere() {
        open();
        assertEquals(Reason.UNKNOWN_HOST, refusalOf(() -> gate.checkSource(get("127.0.0.2:7070"))));
        openAt("127.0.0.2");
        assertDoesNotThrow(() -> gate.checkSource(get("127.0.0.2:7070")));
        assertTrue(gate.launchUrl().startsWith("http://127.0.0.2:7070/sign-in#"), gate.launchUrl());
        assertTrue(gate.servesPages(get("127.0.0.2:7070")));
        assertFalse(gate.servesPages(get("127.0.0.1:7070")));
        assertEquals(Reason.UNKNOWN_HOST, refusalOf(() -> gate.checkSource(get("127.0.0.3:7070"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void whereLocalhostLeadsThePagesHaveANameOfTheirOwn(String address) {
        openAt(address);
        assertTrue(gate.launchUrl().startsWith(ORIGIN + "/sign-in#"), gate.launchUrl());
        assertFalse(gate.servesPages(get("[::1]:7070")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example:7070",
                "evil.example",
                "berth.localhost",
                "berth.localhost:8080",
                "berth.localhost.evil.example:7070",
                "xberth.localhost:7070",
                "web.localhost:7070",
                "127.0.0.1:7071",
                "10.0.2.2:7070",
                "berth.localhost:7070@evil.example",
                ""
            })
    void refusesAReboundOrForeignHostName(String host) {
        open();
        assertEquals(Reason.UNKNOWN_HOST, refusalOf(() -> gate.checkSource(get(host))));
    }

    @Test
    void refusesARequestWithoutAHostName() {
        open();
        assertEquals(Reason.UNKNOWN_HOST, refusalOf(() -> gate.checkSource(get(null))));
    }

    @Test
    void aRefusedNameIsToldWithTheSettingThatAllowsIt() {
        open();
        AccessException refusal = assertThrows(AccessException.class, () -> gate.checkSource(get("box.example:7070")));
        assertTrue(refusal.getMessage().contains("BERTH_ALLOWED_HOSTS=box.example:7070"), refusal.getMessage());
        open("box.example:7070");
        assertDoesNotThrow(() -> gate.checkSource(get("box.example:7070")));
        assertTrue(gate.servesPages(get("box.example:7070")));
        assertEquals(Reason.UNKNOWN_HOST, refusalOf(() -> gate.checkSource(get("box.example:7071"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "http://berth.localhost:8080",
                "http://berth.localhost",
                "https://berth.localhost:7070",
                "http://127.0.0.1:7070",
                "http://berth.localhost:70700",
                "null"
            })
    void refusesAnUnsafeRequestOfAnotherOrigin(String origin) {
        open();
        assertEquals(Reason.FOREIGN_ORIGIN, refusalOf(() -> gate.checkSource(post(HOME, origin, null))));
        assertEquals(Reason.FOREIGN_ORIGIN, refusalOf(() -> gate.checkSource(upgrade(origin, null, null))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void refusesWhatAnotherSiteFetches(String fetchSite) {
        open();
        Asked read = new Asked("GET", false, HOME, null, fetchSite, false, null, null, null);
        assertEquals(Reason.FOREIGN_ORIGIN, refusalOf(() -> gate.checkSource(read)));
        assertEquals(Reason.FOREIGN_ORIGIN, refusalOf(() -> gate.checkSource(post(HOME, ORIGIN, fetchSite))));
    }

    @Test
    void aLinkFromAnotherSiteOpensAPage() {
        open();
        assertDoesNotThrow(
                () -> gate.checkSource(new Asked("GET", false, HOME, null, "cross-site", true, null, null, null)));
    }

    @Test
    void aFormOfAnotherSiteIsNoLink() {
        open();
        Asked form = new Asked("POST", false, HOME, "http://evil.example", "cross-site", true, null, null, null);
        assertEquals(Reason.FOREIGN_ORIGIN, refusalOf(() -> gate.checkSource(form)));
    }

    @Test
    void theTokenOpensTheApiUnderEveryLoopbackName() {
        open();
        assertDoesNotThrow(() -> gate.checkCaller(bearer("127.0.0.1:7070", TOKEN)));
        assertDoesNotThrow(() -> gate.checkCaller(bearer(HOME, TOKEN)));
        assertEquals(Reason.NOT_SIGNED_IN, refusalOf(() -> gate.checkCaller(bearer(HOME, TOKEN + "x"))));
        assertEquals(Reason.NOT_SIGNED_IN, refusalOf(() -> gate.checkCaller(bearer(HOME, ""))));
        assertEquals(Reason.NOT_SIGNED_IN, refusalOf(() -> gate.checkCaller(get(HOME))));
    }

    @Test
    void aStolenCookieOpensNothing() {
        open();
        String cookie = sessions.open().cookie();
        assertEquals(Reason.WRONG_SECRET, refusalOf(() -> gate.checkCaller(with(get(HOME), cookie, null))));
        assertEquals(Reason.WRONG_SECRET, refusalOf(() -> gate.checkCaller(with(get(HOME), cookie, "guess"))));
        assertEquals(Reason.WRONG_SECRET, refusalOf(() -> gate.checkCaller(upgrade(ORIGIN, cookie, null))));
    }

    @Test
    void theSecretOfAnotherSessionOpensNothing() {
        open();
        Sessions.Granted mine = sessions.open();
        Sessions.Granted other = sessions.open();
        assertEquals(
                Reason.WRONG_SECRET, refusalOf(() -> gate.checkCaller(with(get(HOME), mine.cookie(), other.secret()))));
        assertDoesNotThrow(() -> gate.checkCaller(with(get(HOME), mine.cookie(), mine.secret())));
    }

    @Test
    void aSecretWithoutItsCookieOpensNothing() {
        open();
        Sessions.Granted mine = sessions.open();
        assertEquals(Reason.NOT_SIGNED_IN, refusalOf(() -> gate.checkCaller(with(get(HOME), null, mine.secret()))));
    }

    @Test
    void aSessionIsWorthNothingAtAnotherLoopbackName() {
        open();
        Sessions.Granted mine = sessions.open();
        assertEquals(
                Reason.NOT_SIGNED_IN,
                refusalOf(() -> gate.checkCaller(with(get("localhost:7070"), mine.cookie(), mine.secret()))));
    }

    @Test
    void aSessionNeedsAnOriginToChangeSomething() {
        open();
        Sessions.Granted mine = sessions.open();
        Asked silent = with(post(HOME, null, null), mine.cookie(), mine.secret());
        assertEquals(Reason.FOREIGN_ORIGIN, refusalOf(() -> gate.checkCaller(silent)));
        assertDoesNotThrow(() -> gate.checkCaller(with(post(HOME, ORIGIN, null), mine.cookie(), mine.secret())));
        assertDoesNotThrow(() -> gate.checkCaller(upgrade(ORIGIN, mine.cookie(), mine.secret())));
    }

    @Test
    void aLaunchUrlWorksOnce() {
        open();
        String token = gate.launchUrl().split("#")[1];
        Asked asked = post(HOME, ORIGIN, "same-origin");
        Sessions.Granted granted = gate.signIn(asked, token);
        assertTrue(sessions.admits(granted.cookie(), granted.secret()));
        assertEquals(Reason.NOT_SIGNED_IN, refusalOf(() -> gate.signIn(asked, token)));
    }

    @Test
    void signingInWithTheTokenNeedsThePagesOrigin() {
        open();
        assertDoesNotThrow(() -> gate.signIn(post(HOME, ORIGIN, null), TOKEN));
        assertEquals(Reason.FOREIGN_ORIGIN, refusalOf(() -> gate.signIn(post("127.0.0.1:7070", ORIGIN, null), TOKEN)));
        assertEquals(Reason.FOREIGN_ORIGIN, refusalOf(() -> gate.signIn(post(HOME, null, null), TOKEN)));
    }

    @Test
    void guessingIsSlowedAndTheOwnerIsNotLockedOut() {
        open();
        List<Reason> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            answers.add(refusalOf(() -> gate.checkCaller(bearer(HOME, "guess"))));
        }
        assertEquals(Reason.NOT_SIGNED_IN, answers.get(0));
        assertEquals(Reason.TOO_MANY_ATTEMPTS, answers.get(39));
        assertDoesNotThrow(() -> gate.checkCaller(bearer(HOME, TOKEN)));
    }

    @Test
    void sessionsOutliveARestartAndOnlyDigestsAreOnDisk() throws Exception {
        open();
        Sessions.Granted granted = sessions.open();
        String onDisk = Files.readString(directory.resolve("sessions"));
        assertFalse(onDisk.contains(granted.cookie()) || onDisk.contains(granted.secret()));
        open();
        assertTrue(sessions.admits(granted.cookie(), granted.secret()));
    }

    @Test
    void signingOutEndsTheSessionAndTellsWhatIsOpen() {
        open();
        Sessions.Granted granted = sessions.open();
        List<String> told = new ArrayList<>();
        sessions.onEnd(told::add);
        sessions.end(granted.cookie());
        sessions.end(granted.cookie());
        assertEquals(List.of(granted.cookie()), told);
        assertFalse(sessions.knows(granted.cookie()));
        open();
        assertFalse(sessions.knows(granted.cookie()));
    }

    @Test
    void halfAFileOfSessionsIsNoSession() throws Exception {
        Files.writeString(directory.resolve("sessions"), "1 abc\n2 a b c\n\n1 a b 99999999999999999999\n");
        open();
        assertFalse(sessions.knows("abc"));
    }
}
