package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a hostile page may try against the dashboard of the person who looks at it. The page is a container's own, reached by its forward
 * at {@code berth.localhost:<port>}, where it is same-site with the dashboard and gets its cookie, and at 127.0.0.1.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.MethodName.class)
@Timeout(60)
class AttackIT {
    private static final String SAME_SITE = "berth.localhost";
    private static final String ELSEWHERE = "127.0.0.1";

    private TrialDashboard trial;
    private TrialService service;
    private BrowserContext window;
    private Page dashboard;
    private String link;
    private int hostilePort;

    @BeforeAll
    void begin() throws Exception {
        trial = new TrialDashboard();
        service = trial.service;
        window = trial.window;
        dashboard = trial.page;
        trial.run("hostile", "\"command\":[\"httpd\",\"-f\",\"-h\",\"/www\"],\"ports\":[{\"containerPort\":80}]");
        hostilePort = service.container("hostile").at("/ports/0/hostPort").asInt();
        link = service.link();
        dashboard.navigate(link);
        dashboard.waitForURL("**/containers");
    }

    @AfterAll
    void end() throws Exception {
        if (trial != null) {
            trial.close();
        }
    }

    private Page hostile(String host) {
        Page page = window.newPage();
        page.navigate("http://" + host + ":" + hostilePort + "/");
        assertEquals("forwarded", page.title());
        return page;
    }

    private String stateOfVictim() throws Exception {
        return service.container("hostile").path("state").asText();
    }

    private String stolenCookie() {
        Cookie cookie = window.cookies().stream()
                .filter(it -> it.name.equals("berth-" + service.port()))
                .findFirst()
                .orElseThrow();
        return cookie.name + "=" + cookie.value;
    }

    @ParameterizedTest
    @ValueSource(strings = {SAME_SITE, ELSEWHERE})
    void readingTheApiFromAnotherOriginFails(String host) {
        try (Page page = hostile(host)) {
            Object read = page.evaluate(
                    "url => fetch(url, {credentials: 'include'}).then(r => r.text(), e => 'refused')",
                    service.pages() + "/api/v1/containers");
            assertEquals("refused", read);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SAME_SITE, ELSEWHERE})
    void aBlindRequestChangesNothing(String host) throws Exception {
        try (Page page = hostile(host)) {
            page.evaluate(
                    "url => fetch(url, {method: 'POST', mode: 'no-cors', credentials: 'include', body: ''}).catch(() => {})",
                    service.pages() + "/api/v1/containers/hostile/stop?timeout=0");
            assertEquals("running", stateOfVictim());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SAME_SITE, ELSEWHERE})
    void aFormThatPostsItselfChangesNothing(String host) throws Exception {
        try (Page page = hostile(host)) {
            page.evaluate(
                    "url => { const form = document.createElement('form'); form.method = 'POST'; form.action = url; document.body.append(form); form.submit(); }",
                    service.pages() + "/api/v1/containers/hostile/stop?timeout=0");
            page.getByText("foreign-origin").waitFor();
            assertEquals("running", stateOfVictim());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SAME_SITE, ELSEWHERE})
    void aWebSocketIsNotHijacked(String host) {
        try (Page page = hostile(host)) {
            for (String path : new String[] {"/api/v1/live", "/api/v1/containers/hostile/attach"}) {
                Object opened = page.evaluate(
                        "url => new Promise(done => { const s = new WebSocket(url, ['berth.v1', 'secret.guess']);"
                                + "s.onopen = () => done('open'); s.onclose = () => done('refused'); })",
                        "ws://berth.localhost:" + service.port() + path);
                assertEquals("refused", opened, path);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SAME_SITE, ELSEWHERE})
    void thePageCannotBeFramed(String host) {
        try (Page page = hostile(host)) {
            page.evaluate(
                    "url => new Promise(done => { const frame = document.createElement('iframe');"
                            + " frame.onload = () => done(); frame.src = url; document.body.append(frame); })",
                    service.pages() + "/containers");
            assertTrue(page.frames().stream()
                    .noneMatch(frame -> frame.url().startsWith(service.pages())
                            && frame.locator("h1").count() > 0));
        }
    }

    @Test
    void neitherCookieNorSecretCanBeReadAtAnotherPort() {
        try (Page page = hostile(SAME_SITE)) {
            assertEquals("", page.evaluate("() => document.cookie"));
            assertNull(page.evaluate("() => localStorage.getItem('berth.secret')"));
        }
    }

    @Test
    void aStolenCookieShowsAPageWithoutDataAndNothingElse() throws Exception {
        String head = "Host: berth.localhost:" + service.port() + "\nCookie: " + stolenCookie() + "\n";
        assertEquals(403, TrialService.status(service.raw("GET /api/v1/containers HTTP/1.1\n" + head)));
        assertEquals(
                403,
                TrialService.status(service.raw("POST /api/v1/containers/hostile/stop HTTP/1.1\n" + head + "Origin: "
                        + service.pages() + "\nContent-Length: 0\n")));
        assertEquals(
                403,
                TrialService.status(
                        service.raw(
                                "GET /api/v1/live HTTP/1.1\n" + head + "Origin: " + service.pages()
                                        + "\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n")));
        String page = service.raw("GET /containers HTTP/1.1\n" + head);
        assertEquals(200, TrialService.status(page));
        String secret = (String) dashboard.evaluate("() => localStorage.getItem('berth.secret')");
        assertFalse(page.contains("hostile") || page.contains(secret));
    }

    @Test
    void aReboundNameIsRefusedAndTheSettingNamed() throws Exception {
        String answer = service.raw("GET /containers HTTP/1.1\nHost: evil.example:" + service.port() + "\n");
        assertEquals(421, TrialService.status(answer));
        assertTrue(answer.contains("BERTH_ALLOWED_HOSTS=evil.example"), answer);
    }

    /** The page of a container under a name that now leads to this machine: the browser takes the service for the page's own origin. */
    @Test
    void aReboundNameReachesNothingInTheBrowser() {
        try (Page page = hostile(TrialBrowser.REBOUND)) {
            page.navigate("http://" + TrialBrowser.REBOUND + ":" + service.port() + "/containers");
            page.getByText("BERTH_ALLOWED_HOSTS=" + TrialBrowser.REBOUND).waitFor();
            assertEquals(421, page.evaluate("() => fetch('/api/v1/containers').then(r => r.status)"));
            assertEquals(421, page.evaluate("() => fetch('/sign-in').then(r => r.status)"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SAME_SITE, ELSEWHERE})
    void anAnswerIsNoScriptAndNoPicture(String host) {
        try (Page page = hostile(host)) {
            for (String kind : new String[] {"script", "img"}) {
                Object loaded = page.evaluate(
                        "([kind, url]) => new Promise(done => { const it = document.createElement(kind);"
                                + "it.onload = () => done('loaded'); it.onerror = () => done('refused'); it.src = url; document.body.append(it); })",
                        java.util.List.of(kind, service.pages() + "/api/v1/containers"));
                assertEquals("refused", loaded, kind);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SAME_SITE, ELSEWHERE})
    void anOpenedDashboardIsOutOfReach(String host) {
        try (Page page = hostile(host)) {
            Page opened = window.waitForPage(
                    () -> page.evaluate("url => { window.prey = open(url); }", service.pages() + "/containers"));
            opened.waitForLoadState();
            page.waitForFunction("() => window.prey.closed"); // cut off, as far as its opener can see
            assertFalse(opened.isClosed());
            // Not asked once: a page that another site has opened goes on to the sign-in.
            opened.waitForFunction("() => window.opener === null");
            opened.close();
        }
    }

    @Test
    void aPlantedCookieSignsNobodyOutAndNobodyIn() {
        try (Page page = hostile(SAME_SITE)) {
            String name = "berth-" + service.port();
            page.evaluate(
                    "name => { document.cookie = name + '=planted; path=/containers'; document.cookie = name + '=planted; path=/api/v1'; }",
                    name);
            dashboard.navigate(service.pages() + "/containers");
            dashboard.locator("a.name:has-text('hostile')").waitFor();
            page.evaluate(
                    "name => { for (const path of ['/containers', '/api/v1']) document.cookie = name + '=; max-age=0; path=' + path; }",
                    name);
        }
    }

    /** Another user of the machine reaches the port as well as this one: without the token there is nothing. */
    @Test
    void anotherUserOfTheMachineFindsNeitherTokenNorLink() throws Exception {
        String head = "Host: 127.0.0.1:" + service.port() + "\n";
        assertEquals(401, TrialService.status(service.raw("GET /api/v1/containers HTTP/1.1\n" + head)));
        assertEquals(
                401,
                TrialService.status(service.raw("POST /session/launch HTTP/1.1\n" + head + "Content-Length: 0\n")));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(service.berth.tokenFile())));
        String token = service.berth.token();
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            assertTrue(
                    all.noneMatch(it -> it.info().commandLine().orElse("").contains(token)),
                    "the token is in a command line");
        }
    }

    @Test
    void pagesAtOtherLoopbackNamesRedirectAndSetNoCookie() throws Exception {
        for (String name : new String[] {"127.0.0.1", "localhost", "[::1]"}) {
            String answer = service.raw("GET /containers HTTP/1.1\nHost: " + name + ":" + service.port() + "\n");
            assertEquals(307, TrialService.status(answer), answer);
            assertTrue(answer.contains("ocation: " + service.pages() + "/containers"), answer);
            assertFalse(answer.toLowerCase(java.util.Locale.ROOT).contains("set-cookie"), answer);
        }
    }

    @Test
    void theLaunchLinkWorksOnce() {
        try (BrowserContext other = trial.browser.window(800, 600, ColorScheme.LIGHT)) {
            Page page = other.newPage();
            page.navigate(link);
            page.getByText("its link was used before").waitFor();
        }
    }

    @Test
    void aContainerCannotReachTheServiceThroughItsGateway() throws Exception {
        String gateway = service.container("hostile").path("address").asText().replaceAll("100$", "2");
        String answer = service.call(
                        "POST",
                        "/containers/hostile/exec?wait=true",
                        "{\"command\":[\"wget\",\"-T\",\"3\",\"-O\",\"-\",\"http://%s:%d/\"]}"
                                .formatted(gateway, service.port()))
                .toString();
        assertFalse(answer.contains("\"exitCode\":0"), answer);
        assertFalse(answer.contains("Berth"), answer);
    }

    @Test
    void noInlineScriptRuns() {
        Object ran = dashboard.evaluate("() => { window.ran = false; const s = document.createElement('script');"
                + "s.textContent = 'window.ran = true'; document.head.append(s); return window.ran; }");
        assertEquals(false, ran);
    }

    @Test
    void zSigningOutClosesTheSocketsOfEveryTab() {
        Page other = window.newPage();
        other.navigate(service.pages() + "/containers/hostile/terminal");
        other.locator(".term-status:has-text('connected')").waitFor();
        dashboard.navigate(service.pages() + "/containers");
        dashboard.locator("#sign-out").click();
        dashboard.getByLabel("Token").waitFor();
        other.getByLabel("Token").waitFor();
    }
}
