package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Mouse;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The browser's terminal where it is hardest: several windows, a lost connection, bytes cut anywhere, keys before there is a program. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class TerminalIT {
    private static final String PROMPT = "# *\\s*$";
    private static final String SHELL = "\"tty\":true,\"openStdin\":true";

    private TrialDashboard trial;
    private Page page;
    private Screen screen;

    @BeforeAll
    void begin() throws Exception {
        trial = TrialDashboard.signedIn();
        page = trial.page;
        screen = trial.screen;
        trial.window.grantPermissions(
                List.of("clipboard-read", "clipboard-write"),
                new BrowserContext.GrantPermissionsOptions().setOrigin(trial.service.pages()));
    }

    @AfterAll
    void end() throws Exception {
        if (trial != null) {
            trial.close();
        }
    }

    @BeforeEach
    void shell() throws Exception {
        trial.run("term", SHELL);
        trial.go("/containers/term/terminal");
        screen.await(PROMPT);
        screen.focus();
    }

    @AfterEach
    void remove() throws Exception {
        trial.service.call("DELETE", "/containers/term?force=true", null);
    }

    private void awaitStatus(Page where, String words) {
        where.locator(".term-status:has-text('" + words + "')").waitFor();
    }

    @Test
    void aCharacterThatIsSplitOverTwoReadsIsShownWhole() {
        screen.type("clear; printf '<\\342'; sleep 0.4; printf '\\202\\254>\\n'");
        screen.await("(?m)^<€>$");
    }

    @Test
    void windowsOfDifferentSizeShareOneProgram() {
        awaitStatus(page, "1 viewer");
        try (Page other = trial.secondWindow(700, 500)) {
            other.navigate(page.url());
            Screen second = new Screen(other);
            second.await(PROMPT);
            awaitStatus(page, "2 viewers");
            awaitStatus(page, "the size of another viewer");
            second.focus();
            second.type("clear; stty size");
            String small = second.await("(?m)^\\d+ \\d+$").group();
            assertEquals(small, screen.await("(?m)^\\d+ \\d+$").group(), "both see the same");

            screen.focus();
            screen.type("clear; stty size; echo taken-$((1 + 1))");
            screen.await("(?m)^taken-2$");
            String large = screen.await("(?m)^\\d+ \\d+$").group();
            assertTrue(Integer.parseInt(large.split(" ")[1]) > Integer.parseInt(small.split(" ")[1]), large);
            awaitStatus(other, "the size of another viewer");
        }
        awaitStatus(page, "1 viewer");
    }

    @Test
    void whatIsTypedWhileTheServiceIsAwayArrivesWhenItIsBack() throws Exception {
        trial.service.kill();
        page.locator("text=/^(connecting again|not connected)/").waitFor();
        screen.type("echo waited-$((40 + 2))");
        awaitStatus(page, "wait for the connection");
        trial.service.start();
        screen.await("(?m)^waited-42$");
    }

    @Test
    void whatIsTypedBeforeTheProgramRunsArrivesInIt() throws Exception {
        trial.create("early", SHELL);
        trial.go("/containers/early/terminal");
        awaitStatus(page, "connected");
        screen.focus();
        screen.type("echo early-$((40 + 2))");
        trial.service.call("POST", "/containers/early/start", null);
        screen.await("(?m)^early-42$");
        trial.service.call("DELETE", "/containers/early?force=true", null);
    }

    @Test
    void theUrlOfAShellLeadsThereFromEveryWindow() {
        trial.button("New shell").click();
        page.waitForURL("**shell=*");
        screen.await(PROMPT);
        screen.type("echo shell-$((1 + 1))");
        screen.await("(?m)^shell-2$");
        try (BrowserContext fresh = trial.browser.window(900, 600, ColorScheme.DARK)) {
            Page other = fresh.newPage();
            signIn(other);
            other.navigate(page.url());
            new Screen(other).await("(?m)^shell-2$");
        }
        page.locator("[role=tab]").first().click();
        screen.await(PROMPT);
        assertTrue(!page.url().contains("shell="), page.url());
    }

    private void signIn(Page other) {
        try {
            other.navigate(trial.service.link());
        } catch (java.io.IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
        other.waitForURL("**/containers");
    }

    @Test
    void theEndOfAShellIsToldWithItsCodeAndTime() {
        trial.button("New shell").click();
        page.waitForURL("**shell=*");
        screen.await(PROMPT);
        screen.type("exit 7");
        page.locator("text=/sh ended with code 7 at \\d\\d:\\d\\d:\\d\\d/").waitFor();
        page.keyboard().press("Enter");
        screen.await(PROMPT);
        assertEquals(2, page.locator("[role=tab]").count());
    }

    /** As in a tab that nobody looks at, or on a slow machine: the socket's close is heard before all that it brought is on the screen. */
    @Test
    void theEndIsToldWhereTheBrowsersTimersAreLate() throws Exception {
        try (Page other = trial.secondWindow(700, 500)) {
            other.addInitScript("const soon = window.setTimeout;"
                    + "window.setTimeout = (act, wait, ...rest) => soon(act, (wait || 0) + 500, ...rest);");
            other.navigate(page.url());
            new Screen(other).await(PROMPT);
            screen.type("exit 5");
            other.getByText("The program ended with code 5").waitFor();
            trial.service.call("POST", "/containers/term/start", null);
            new Screen(other).await(PROMPT);
        }
    }

    @Test
    void aMarkedWordIsCopiedAndPastedByKeys() {
        screen.type("clear; echo marked-$((40 + 2))");
        screen.await("(?m)^marked-42$");
        screen.point("marked-42");
        press(2);
        Await.quietly("the word is copied", () -> "marked-42".equals(page.evaluate("navigator.clipboard.readText()")));
        page.keyboard().type("echo again-");
        page.keyboard().press("Control+Shift+V");
        page.keyboard().press("Enter");
        screen.await("(?m)^again-marked-42$");
    }

    @Test
    void whatScrolledAwayIsFound() {
        screen.type("clear; seq 3000; echo end");
        screen.await("(?m)^end$");
        page.keyboard().press("Control+Shift+F");
        page.keyboard().type("1234");
        page.locator(".term-find .count:has-text('1 of 1')").waitFor();
        screen.await("(?m)^1234$");
        page.keyboard().press("Escape");
        page.keyboard().type("echo back");
        screen.await("echo back");
    }

    @Test
    void aSearchLeavesTheClipboardAlone() {
        screen.type("clear; echo found-$((40 + 2))");
        screen.await("(?m)^found-42$");
        page.evaluate("navigator.clipboard.writeText('kept')");
        page.keyboard().press("Control+Shift+F");
        page.keyboard().type("found-42");
        page.locator(".term-find .count:has-text('1 of 1')").waitFor();
        page.keyboard().press("Escape");
        assertEquals("kept", page.evaluate("navigator.clipboard.readText()"));
    }

    @Test
    void aShellIsNotForgottenWhileTheServiceCannotSayWhetherItIsThere() {
        trial.button("New shell").click();
        page.waitForURL("**shell=*");
        screen.await(PROMPT);
        screen.type("echo kept-$((1 + 1))");
        screen.await("(?m)^kept-2$");
        page.route("**/api/v1/exec/*", route -> route.fulfill(new Route.FulfillOptions().setStatus(503)));
        trial.go("/containers/term/terminal");
        page.locator("[role=tab]").nth(1).waitFor();
        page.unroute("**/api/v1/exec/*");
        page.reload();
        page.locator("[role=tab]").nth(1).click();
        screen.await("(?m)^kept-2$");
    }

    @Test
    void closingAnotherTabLeavesOneWhereOneIs() {
        trial.button("New shell").click();
        page.waitForURL("**shell=*");
        String first = page.url();
        trial.button("New shell").click();
        page.waitForURL(url -> url.contains("shell=") && !url.equals(first));
        String second = page.url();
        page.locator("button[aria-label='Close sh']").first().click();
        assertEquals(2, page.locator("[role=tab]").count());
        assertEquals(second, page.url());
        assertEquals("true", page.locator("[role=tab]").nth(1).getAttribute("aria-selected"));
        screen.awaitFocus();
    }

    @Test
    void whatIsRemovedWhenItEndsIsNotOfferedToStartAgain() throws Exception {
        trial.run("once", SHELL + ",\"autoRemove\":true");
        trial.go("/containers/once/terminal");
        screen.await(PROMPT);
        screen.focus();
        screen.type("exit 4");
        page.getByText("once was removed.").waitFor();
        page.locator(".term-over:not([hidden])").waitFor();
        assertEquals(0, trial.button("Start again").count());
    }

    @Test
    void whatAnotherRemovedIsNotOfferedToStartAgain() throws Exception {
        trial.run("taken", SHELL);
        trial.go("/containers/taken/terminal");
        screen.await(PROMPT);
        screen.focus();
        screen.type("exit 5");
        trial.button("Start again").waitFor();
        trial.service.call("DELETE", "/containers/taken", null);
        page.getByText("taken was removed.").waitFor();
        page.getByText("The program ended with code 5").waitFor();
        assertEquals(0, trial.button("Start again").count());
    }

    @Test
    void anIdThatIsPressedTwiceIsShownAgainAfterwards() throws Exception {
        String id = trial.service.container("term").path("id").asText();
        trial.go("/containers/term");
        page.locator(".facts .copy[title^='" + id + "']").dblclick();
        page.locator(".facts .copy:text-is('copied')").waitFor();
        page.locator(".facts .copy:text-is('copied')").waitFor(TrialDashboard.gone());
        assertEquals(
                id.substring(0, 12),
                page.locator(".facts .copy[title^='" + id + "']").innerText());
    }

    @Test
    void theKeyboardLeadsOutOfTheTerminalAndToThePalette() {
        page.keyboard().press("Control+Shift+ArrowUp");
        page.locator("[role=tab]:focus").waitFor();
        screen.focus();
        page.keyboard().press("Control+Shift+K");
        page.locator("dialog.palette").waitFor();
        page.keyboard().press("Escape");
        page.locator("dialog.palette").waitFor(TrialDashboard.gone());
    }

    @Test
    void anAddressInTheOutputIsALink() {
        screen.type("clear; echo http://localhost:9/nowhere");
        screen.await("(?m)^http://localhost:9/nowhere$");
        screen.point("http://localhost:9/nowhere");
        page.locator(".xterm-cursor-pointer").waitFor();
        Page opened = trial.window.waitForPage(() -> press(1));
        opened.close();
    }

    /** The mouse's button, where the mouse is. */
    private void press(int times) {
        for (int i = 1; i <= times; i++) {
            page.mouse().down(new Mouse.DownOptions().setClickCount(i));
            page.mouse().up(new Mouse.UpOptions().setClickCount(i));
        }
    }
}
