package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The whole of the main job on a phone: by touch, in a window of its size, each control large enough for a finger. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class PhoneIT {
    private static final int WIDTH = 390;
    private static final int HEIGHT = 844;
    /** WCAG 2.5.8. */
    private static final int FINGER = 24;

    private static final String PROMPT = "# *\\s*$";

    private TrialDashboard trial;
    private Page page;
    private Screen screen;

    @BeforeAll
    void begin() throws Exception {
        trial = new TrialDashboard();
        page = trial.browser.page(trial.browser.phone(WIDTH, HEIGHT));
        screen = new Screen(page);
    }

    @AfterAll
    void end() throws Exception {
        if (trial != null) {
            trial.close();
        }
    }

    /** Touches it, where it is large enough and within the window. */
    private void tap(Locator what) {
        what.evaluate("element => element.scrollIntoView({block: 'center', inline: 'nearest'})");
        BoundingBox box = what.boundingBox();
        assertTrue(
                box.width >= FINGER && box.height >= FINGER,
                () -> "too small for a finger, %s × %s: %s".formatted(box.width, box.height, what));
        assertTrue(
                box.x >= 0 && box.x + box.width <= WIDTH && box.y >= 0 && box.y + box.height <= HEIGHT,
                () -> "not within the window, at %s, %s: %s".formatted(box.x, box.y, what));
        what.tap();
    }

    private void tap(String selector) {
        tap(page.locator(selector));
    }

    private void tapButton(String name) {
        tap(page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true)));
    }

    private void type(String text) {
        page.keyboard().type(text);
    }

    /** The page fits: nothing of it is beside the window. */
    private void assertFits() {
        assertEquals(
                List.of(WIDTH, WIDTH),
                page.evaluate("() => [innerWidth, Math.max(innerWidth, document.documentElement.scrollWidth)]"),
                () -> page.url() + " is wider than the window");
    }

    @Test
    void theWholeMainJobFitsAPhone() throws Exception {
        page.navigate(trial.service.link());
        page.waitForURL("**/containers");
        page.getByText("No containers yet").waitFor();
        assertFits();
        pull();
        create();
        terminal();
        port();
        log();
        stopAndRemove();
        assertEquals(List.of(), trial.browser.complaints);
    }

    private void pull() {
        tap("nav a[href='/images']");
        page.waitForURL("**/images");
        trial.registry.slow(500_000);
        tap("#reference");
        type(trial.registry.image());
        tapButton("Pull");
        page.locator("text=/\\d.* of .*, .*\\/s/").waitFor();
        assertFits();
        tapButton("Cancel");
        page.getByText("Cancelled; what was fetched is kept.").waitFor();
        trial.registry.slow(Integer.MAX_VALUE);
        tapButton("Try again");
        page.locator("#table a:has-text('box:latest')").first().waitFor();
        assertFits();
        tap("#table a.button");
        page.waitForURL("**/containers/new*");
    }

    private void create() {
        page.locator("#image-hint:has-text('here already')").waitFor();
        assertFits();
        tap("#name");
        type("pocket");
        tap("label:has([name=interactive])");
        tap("#env-add");
        page.locator("#env-rows input:focus").waitFor();
        type("COLOUR");
        tap("#env-rows [aria-label=Value]");
        type("blue");
        page.locator("#line:has-text('COLOUR=blue')").waitFor();
        assertFits();
        tapButton("Create and start");
        page.waitForURL("**/containers/pocket/terminal");
    }

    private void terminal() {
        screen.await(PROMPT);
        assertFits();
        tap(".term-host");
        screen.type("echo $COLOUR-ish");
        screen.await("(?m)^blue-ish$");
        screen.type("sleep 1000");
        tapButton("Ctrl with the next key");
        type("c");
        screen.await("\\^C");
        screen.type("httpd -p 80 -h /www && echo served");
        screen.await("(?m)^served$");
        // A program that draws the whole screen is left by Escape.
        screen.type("vi /tmp/note");
        screen.await("(?m)^~$");
        type("ifirst");
        page.keyboard().press("Enter");
        type("second");
        tapButton("Esc");
        // An arrow that comes at once is one sequence with the Escape.
        screen.await("(?m)^- /tmp/note");
        tapButton("Up");
        tapButton("Left");
        screen.type(":wq");
        screen.await(PROMPT);
        screen.type("clear; cat /tmp/note; echo again");
        screen.await("(?m)^first\\nsecond\\nagain$");
        tapButton("Up");
        page.keyboard().press("Enter");
        screen.await("(?m)^first\\nsecond\\nagain$");
        screen.type("seq 300");
        screen.await("(?m)^300$");
        swipe();
        screen.await("(?m)^260$");
    }

    /** A finger moves down over the terminal, as one scrolls back. */
    private void swipe() {
        BoundingBox box = page.locator(".term-host").boundingBox();
        CDPSession devtools = page.context().newCDPSession(page);
        touch(devtools, "touchStart", box.x + 100, box.y + 20);
        for (int step = 1; step <= 10; step++) {
            touch(devtools, "touchMove", box.x + 100, box.y + 20 + step * (box.height - 40) / 10);
        }
        touch(devtools, "touchEnd", -1, -1);
        devtools.detach();
    }

    private static void touch(CDPSession devtools, String type, double x, double y) {
        JsonArray points = new JsonArray();
        if (x >= 0) {
            JsonObject point = new JsonObject();
            point.addProperty("x", x);
            point.addProperty("y", y);
            points.add(point);
        }
        JsonObject event = new JsonObject();
        event.addProperty("type", type);
        event.add("touchPoints", points);
        devtools.send("Input.dispatchTouchEvent", event);
    }

    private void port() {
        tap("[data-tab=ports]");
        page.getByText("No ports", new Page.GetByTextOptions().setExact(true)).waitFor();
        assertFits();
        tap("#port-inside");
        type("80");
        tapButton("Add port");
        Locator link = page.locator("td a[target=_blank]");
        link.waitFor();
        assertFits();
        Page forwarded = page.context().waitForPage(() -> tap(link));
        forwarded.getByText("hello from a container").waitFor();
        forwarded.close();
        assertEquals(
                true,
                page.locator("button[aria-label^='Remove port']")
                        .evaluate("it => Math.min(it.offsetWidth, it.offsetHeight) >= 44"));
        tap("button[aria-label^='Remove port']");
        page.getByText("No ports", new Page.GetByTextOptions().setExact(true)).waitFor();
        assertFits();
    }

    private void log() {
        tap("[data-tab=logs]");
        page.locator(".log-line").first().waitFor();
        assertFits();
        tap("[aria-label='Search the log']");
        type("blue-ish");
        page.locator(".log-line mark").first().waitFor();
    }

    private void stopAndRemove() {
        tapButton("Stop");
        // A shell does not end when it is asked to.
        tapButton("Kill now");
        page.locator(".page-head .state:has-text('Exited')").waitFor();
        assertFits();
        tapButton("Remove…");
        page.locator("#confirm-name:focus").waitFor();
        type("pocket");
        tapButton("Remove");
        page.waitForURL("**/containers");
        page.getByText("No containers yet").waitFor();
        tapButton("Find");
        type("sign out");
        tap("[role=option][aria-selected=true]");
        page.waitForURL("**/sign-in");
        assertFits();
        assertTrue(page.locator("#token").boundingBox().width > WIDTH / 2.0, "the field is too narrow to be read");
    }
}
