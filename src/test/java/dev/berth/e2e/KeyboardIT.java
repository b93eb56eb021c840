package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The whole of the main job without a mouse: nothing but keys is given to the page, and one always sees where one is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class KeyboardIT {
    private static final String PROMPT = "# *\\s*$";
    /** More presses of Tab than this to the next thing one needs is a page that knows the mouse only. */
    private static final int FAR = 8;
    /** Whether the element with the focus, or the frame that it stands for, is marked. */
    private static final String MARKED = "() => { const at = document.activeElement;"
            + " const marks = style => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';"
            + " const frame = at.closest('.term-host');"
            + " if (frame) return parseFloat(getComputedStyle(frame, '::after').borderTopWidth) >= 2;"
            + " return at !== document.body && marks(getComputedStyle(at)); }";

    private TrialDashboard trial;
    private Page page;
    private Screen screen;

    @BeforeAll
    void begin() throws Exception {
        trial = new TrialDashboard();
        page = trial.page;
        screen = trial.screen;
    }

    @AfterAll
    void end() throws Exception {
        if (trial != null) {
            trial.close();
        }
    }

    private void press(String... keys) {
        for (String key : keys) {
            page.keyboard().press(key);
        }
    }

    private void type(String text) {
        page.keyboard().type(text);
    }

    /** Waits until it has the focus, and that one sees it there. */
    private void awaitFocus(String selector) {
        page.waitForFunction("selector => document.activeElement?.matches(selector)", selector);
        assertMarked();
    }

    private void assertMarked() {
        assertEquals(
                true,
                page.evaluate(MARKED),
                () -> "one does not see that this has the focus: "
                        + page.evaluate("() => document.activeElement.outerHTML.slice(0, 300)"));
    }

    /** Tab, or Shift+Tab, until it has the focus; each stop on the way is to be seen. */
    private void walk(String key, String selector) {
        page.locator(selector).first().waitFor();
        StringBuilder way = new StringBuilder();
        for (int i = 0; i < FAR; i++) {
            press(key);
            assertMarked();
            if (page.evaluate("selector => document.activeElement.matches(selector)", selector)
                    .equals(true)) {
                return;
            }
            way.append(page.evaluate("() => document.activeElement.outerHTML.slice(0, 120)"))
                    .append('\n');
        }
        throw new AssertionError(selector + " is farther than " + FAR + " presses of " + key + ":\n" + way);
    }

    /** Ctrl-K, some words, Enter. */
    private void palette(String words, String entry) {
        press("Control+k");
        awaitFocus("dialog.palette input");
        type(words);
        page.locator("[role=option][aria-selected=true]:has-text('" + entry + "')")
                .waitFor();
        press("Enter");
    }

    @Test
    void theWholeMainJobNeedsNoMouse() throws Exception {
        page.navigate(trial.service.link());
        page.waitForURL("**/containers");
        page.getByText("No containers yet").waitFor();
        press("Tab");
        awaitFocus("a.skip");

        pull();
        create();
        terminal();
        port();
        log();
        stopAndRemove();
        assertEquals(List.of(), trial.browser.complaints);
    }

    private void pull() {
        trial.registry.slow(500_000);
        palette("pull", "Pull an image");
        awaitFocus("#reference");
        type(trial.registry.image());
        press("Enter");
        page.locator("text=/\\d.* of .*, .*\\/s/").waitFor();
        walk("Tab", "#pulls button");
        trial.registry.slow(Integer.MAX_VALUE);
        page.locator("#pulls a:has-text('Create a container from it')").waitFor();
        press("p");
        awaitFocus("#reference");
        walk("Tab", "#pulls a");
        press("Enter");
        page.waitForURL("**/containers/new*");
    }

    private void create() {
        page.locator("#image-hint:has-text('here already')").waitFor();
        awaitFocus("#name");
        type("keys");
        walk("Tab", "[name=interactive]");
        press("Space");
        walk("Tab", "#env-add");
        press("Enter");
        awaitFocus("#env-rows input");
        type("COLOUR");
        press("Tab");
        type("blue");
        page.locator("#line:has-text('COLOUR=blue')").waitFor();
        press("Control+Enter");
        page.waitForURL("**/containers/keys/terminal");
    }

    private void terminal() {
        screen.await(PROMPT);
        awaitFocus(".xterm-helper-textarea");
        screen.type("echo $COLOUR-ish");
        screen.await("(?m)^blue-ish$");
        screen.type("httpd -p 80 -h /www && echo served");
        screen.await("(?m)^served$");
        press("Control+Shift+ArrowUp");
        awaitFocus("[role=tab][aria-selected=true]");
        press("Enter");
        awaitFocus(".xterm-helper-textarea");
        press("Control+Shift+ArrowUp");
        awaitFocus("[role=tab][aria-selected=true]");
    }

    private void port() {
        press("4");
        page.waitForURL("**/containers/keys/ports");
        assertMarked();
        walk("Tab", "#port-inside");
        type("80");
        press("Enter");
        page.locator("td a[target=_blank]").waitFor();
        awaitFocus("#port-inside");
        walk("Shift+Tab", "td a[target=_blank]");
        Page forwarded = trial.window.waitForPage(() -> press("Enter"));
        forwarded.getByText("hello from a container").waitFor();
        forwarded.close();
        walk("Tab", "button[aria-label^='Remove port']");
        press("Enter");
        page.getByText("No ports", new Page.GetByTextOptions().setExact(true)).waitFor();
        awaitFocus("button");
        assertEquals("Undo", page.evaluate("() => document.activeElement.textContent"));
    }

    private void log() {
        press("3");
        page.waitForURL("**/containers/keys/logs");
        awaitFocus(".log-view");
        press("/");
        awaitFocus("[aria-label='Search the log']");
        type("nowhere-to-be-found");
        page.locator("text=/^0 of /").waitFor();
        press("Escape");
        type("blue-ish");
        page.locator(".log-line mark").first().waitFor();
        press("Escape", "Escape");
        awaitFocus(".log-view");
    }

    private void stopAndRemove() {
        press("s");
        trial.awaitState("Stopping");
        // The page says so before the service does, and what can be done is the service's word.
        Await.quietly(
                "the service stops it",
                () -> trial.service.container("keys").path("state").asText().equals("stopping"));
        // A shell does not end when it is asked to.
        palette("kill keys", "Kill keys now");
        trial.awaitState("Exited");
        press("Delete");
        awaitFocus("#confirm-name");
        assertTrue(page.locator("dialog .button.danger").isDisabled());
        type("keys");
        walk("Tab", "dialog .button");
        walk("Tab", "dialog .button.danger");
        press("Enter");
        page.waitForURL("**/containers");
        page.getByText("No containers yet").waitFor();
    }
}
