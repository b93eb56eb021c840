package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** axe on every page and every box that opens above one, in both colours, wide and on a phone; and nothing is wider than its window. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class AccessibilityIT {
    private static final List<String> TABS =
            List.of("overview", "terminal", "logs", "ports", "config", "events", "inspect");
    private static final List<String> LISTS =
            List.of("/containers", "/images", "/volumes", "/ports", "/containers/new", "/system");

    private TrialDashboard trial;
    private String axe;
    private String secret;

    @BeforeAll
    void begin() throws Exception {
        axe = Files.readString(Path.of(System.getenv("BERTH_CHECKOUT"), "target/web/node_modules/axe-core/axe.min.js"));
        trial = TrialDashboard.signedIn();
        secret = (String) trial.page.evaluate("() => localStorage.getItem('berth.secret')");
    }

    @AfterAll
    void end() throws Exception {
        if (trial != null) {
            trial.close();
        }
    }

    @Test
    void emptyPages() {
        assertEquals(List.of(), violations(1280, ColorScheme.LIGHT, LISTS));
    }

    @ParameterizedTest
    @CsvSource({"1280,LIGHT", "1280,DARK", "390,LIGHT", "390,DARK"})
    void fullPages(int width, ColorScheme colours) throws Exception {
        furnish();
        List<String> paths = new ArrayList<>(LISTS);
        paths.add("/images/one?reference=" + trial.registry.image());
        paths.add("/images/one?reference=nothing");
        paths.add("/containers/nothing");
        paths.add("/containers/shown/nowhere");
        paths.add("/containers?q=nowhere");
        TABS.forEach(tab -> paths.add("/containers/shown/" + tab));
        assertEquals(List.of(), violations(width, colours, paths));
    }

    @ParameterizedTest
    @CsvSource({"LIGHT", "DARK"})
    void boxesAbovePages(ColorScheme colours) throws Exception {
        furnish();
        List<String> found = new ArrayList<>();
        try (BrowserContext context = signedIn(1280, colours)) {
            Page page = context.newPage();
            for (String keys : List.of("?", "Control+k")) {
                page.navigate(trial.service.pages() + "/containers");
                page.locator("a.name").first().waitFor();
                page.keyboard().press(keys);
                page.locator("dialog[open]").waitFor();
                found.addAll(look(page, keys));
            }
            page.navigate(trial.service.pages() + "/containers");
            page.locator("tbody.row input[type=checkbox]").first().check();
            found.addAll(look(page, "bulk"));
            page.locator("button[aria-label^='Remove']").first().click();
            page.locator("dialog[open]").waitFor();
            found.addAll(look(page, "removal"));
        }
        assertEquals(List.of(), found);
    }

    /** A container that runs, one that failed, with long names; once. */
    private void furnish() throws Exception {
        String all = trial.service.call("GET", "/containers?all=true", null).toString();
        if (all.contains("\"shown\"")) {
            return;
        }
        trial.run(
                "shown",
                "\"tty\":true,\"openStdin\":true,\"ports\":[{\"containerPort\":80}],\"env\":{\"COLOUR\":\"blue\"},"
                        + "\"mounts\":[{\"type\":\"volume\",\"source\":\"kept\",\"target\":\"/kept\"}]");
        trial.run("a-name-so-long-that-no-column-of-a-table-can-hold-it-without-a-cut", "\"command\":[\"false\"]");
    }

    private BrowserContext signedIn(int width, ColorScheme colours) {
        BrowserContext context = trial.browser.unguardedWindow(width, 844, colours);
        context.addCookies(trial.window.cookies());
        context.addInitScript("localStorage.setItem('berth.secret', '" + secret + "')");
        return context;
    }

    private List<String> violations(int width, ColorScheme colours, List<String> paths) {
        List<String> found = new ArrayList<>();
        try (BrowserContext context = signedIn(width, colours)) {
            Page page = context.newPage();
            for (String path : paths) {
                page.navigate(trial.service.pages() + path);
                // What is pushed has arrived, and no glow is left that would count as a colour.
                page.waitForFunction("() => ![...document.querySelectorAll('#loading, .hint')]"
                        + ".some(e => e.offsetParent && /^(Loading|Checking)/.test(e.textContent))");
                page.waitForFunction("() => !document.querySelector('.glow')");
                found.addAll(look(page, path + " at " + width + " " + colours));
            }
        }
        found.addAll(signIn(width, colours));
        return found;
    }

    /** Who is signed in already is led on from it. */
    private List<String> signIn(int width, ColorScheme colours) {
        try (BrowserContext context = trial.browser.unguardedWindow(width, 844, colours)) {
            Page page = context.newPage();
            page.navigate(trial.service.pages() + "/containers");
            page.waitForURL("**/sign-in*");
            page.locator("#token").waitFor();
            return look(page, "sign-in at " + width + " " + colours);
        }
    }

    private List<String> look(Page page, String where) {
        page.evaluate(axe);
        List<?> answer = (List<?>)
                page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
                        + ".map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', '))");
        boolean wide = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
                .equals(true);
        return Stream.concat(
                        answer.stream().map(Object::toString), wide ? Stream.of("wider than the window") : Stream.of())
                .map(violation -> where + ": " + violation)
                .toList();
    }
}
