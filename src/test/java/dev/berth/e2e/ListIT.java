package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** The list with two hundred containers, and what is done with many of them at once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(120)
class ListIT {
    private static final int MANY = 200;
    private static final int RUNNING = 4;

    private TrialDashboard trial;
    private Page page;
    private ServerSocket taken;

    @BeforeAll
    void begin() throws Exception {
        trial = TrialDashboard.signedIn();
        page = trial.page;
        taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        for (int i = 0; i < MANY - RUNNING - 1; i++) {
            trial.create("row-" + i, "\"network\":\"none\",\"command\":[\"sleep\",\"100000\"]");
        }
        for (int i = 0; i < RUNNING; i++) {
            trial.run("run-" + i, "\"network\":\"none\",\"command\":[\"sleep\",\"100000\"],\"stopTimeout\":0");
        }
        trial.create(
                "blocked",
                "\"command\":[\"sleep\",\"100000\"],\"ports\":[{\"hostPort\":%d,\"containerPort\":80}]"
                        .formatted(taken.getLocalPort()));
    }

    @AfterAll
    void end() throws Exception {
        if (taken != null) {
            taken.close();
        }
        if (trial != null) {
            trial.close();
        }
    }

    private void awaitCount(String words) {
        page.locator("#count:text-is('" + words + "')").waitFor();
    }

    @Test
    @Order(1)
    void twoHundredRowsAreShownAndSearchedByKeys() {
        trial.go("/containers");
        awaitCount("200 containers, 4 running");
        assertEquals(MANY, page.locator("tbody.row").count());
        page.keyboard().press("/");
        page.keyboard().type("run-");
        awaitCount("4 of 200 containers");
        page.keyboard().press("ArrowDown");
        page.locator("a.name:focus").waitFor();
        page.keyboard().press("/");
        page.keyboard().type("run-2");
        page.keyboard().press("Enter");
        page.waitForURL("**/containers/run-2");
        trial.awaitState("Running");
        page.keyboard().press("Escape");
        page.waitForURL("**/containers");
    }

    @Test
    @Order(2)
    void aSearchWithoutAMatchOffersTheWayBack() {
        trial.go("/containers?q=nowhere");
        page.getByText("No container has these words").waitFor();
        trial.button("Show all").click();
        awaitCount("200 containers, 4 running");
    }

    @Test
    @Order(2)
    void chooseAllComesBeforeTheRows() {
        trial.go("/containers?q=run-");
        awaitCount("4 of 200 containers");
        page.locator("#all").focus();
        page.keyboard().press("Tab");
        page.waitForFunction(
                "() => document.activeElement.closest('tbody.row') === document.querySelector('tbody.row')");
    }

    @Test
    @Order(3)
    void severalAreStoppedAtOnceAndAnErrorStaysBesideItsRow() {
        trial.go("/containers?q=run-");
        awaitCount("4 of 200 containers");
        page.locator("#all").check();
        page.locator("#bulk-actions button:has-text('Stop')").click();
        page.locator("tbody.row .state:has-text('Exited')").nth(RUNNING - 1).waitFor();

        trial.go("/containers?q=blocked");
        page.locator("button[aria-label='Start blocked']").click();
        page.locator("tbody.row .row-note:has-text('taken by')").waitFor();
    }

    @Test
    @Order(4)
    void whatAnotherDoesIsSeenWithoutAReload() throws Exception {
        trial.go("/containers?q=run-");
        page.locator("tbody.row .state:has-text('Exited')").first().waitFor();
        trial.service.call("POST", "/containers/run-1/start", null);
        page.locator("tbody.row:has-text('run-1') .state:has-text('Running')").waitFor();
        page.locator("tbody.row:has-text('run-1') td.num:has-text('B')").first().waitFor();
    }

    @Test
    @Order(5)
    void thePaletteFindsAndDoes() throws Exception {
        trial.go("/system");
        page.keyboard().press("Control+k");
        page.locator("dialog.palette input").waitFor();
        page.keyboard().type("stop run-1");
        page.locator("[role=option]:has-text('Stop run-1')").waitFor();
        page.keyboard().press("Enter");
        Await.until(
                "it is stopped",
                20,
                () -> trial.service.container("run-1").path("state").asText().equals("exited"));
        page.locator("dialog.palette").waitFor(TrialDashboard.gone());
        page.keyboard().press("Control+k");
        page.keyboard().type("logs of run-3");
        page.locator("[role=option]:has-text('Logs of run-3')").waitFor();
        page.keyboard().press("Enter");
        page.waitForURL("**/containers/run-3/logs");
    }

    @Test
    @Order(6)
    void manyAreRemovedAfterTheirNumberWasTyped() {
        trial.go("/containers?q=row-");
        awaitCount("195 of 200 containers");
        page.locator("#all").check();
        page.locator("#bulk-actions button:has-text('Remove')").click();
        page.locator("#confirm-name").fill("195 containers");
        page.locator("dialog .button.danger").click();
        page.getByText("No container has these words").waitFor();
        page.locator("#no-match button").click();
        awaitCount("5 containers, 0 running");
    }

    @Test
    @Order(7)
    void anErrorGoesWhenItIsNotTrueAnyMore() throws Exception {
        trial.go("/containers?q=blocked");
        page.waitForResponse(
                "**/containers/*/start",
                () -> page.locator("button[aria-label='Start blocked']").click());
        page.locator("tbody.row .row-note:has-text('taken by')").waitFor();
        taken.close();
        trial.service.call("POST", "/containers/blocked/start", null);
        page.locator("tbody.row .state:has-text('Running')").waitFor();
        page.locator("tbody.row .row-note:has-text('taken by')").waitFor(TrialDashboard.gone());
    }

    @Test
    @Order(8)
    void anErrorOnAContainersPageGoesToo() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            trial.create(
                    "held-up",
                    "\"command\":[\"sleep\",\"100000\"],\"ports\":[{\"hostPort\":%d,\"containerPort\":80}]"
                            .formatted(other.getLocalPort()));
            trial.go("/containers/held-up");
            page.locator("#head [data-verb=toggle]:has-text('Start')").click();
            page.locator("#trouble:has-text('taken by')").waitFor();
        }
        trial.service.call("POST", "/containers/held-up/start", null);
        trial.awaitState("Running");
        page.locator("#trouble:has-text('taken by')").waitFor(TrialDashboard.gone());
    }

    @Test
    @Order(9)
    void thePaletteTellsWhatFailedUntilItIsRead() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            trial.create(
                    "refused",
                    "\"command\":[\"sleep\",\"100000\"],\"ports\":[{\"hostPort\":%d,\"containerPort\":80}]"
                            .formatted(other.getLocalPort()));
            trial.go("/containers");
            page.locator("a.name:has-text('refused')").waitFor();
            page.keyboard().press("Control+k");
            page.locator("dialog.palette input").waitFor();
            page.keyboard().type("start refused");
            page.locator("[role=option]:has-text('Start refused')").waitFor();
            page.keyboard().press("Enter");
            page.locator("#notice:has-text('Start refused: cannot forward')").waitFor();
        }
        trial.service.call("POST", "/containers/run-0/start", null);
        page.locator("tbody.row:has-text('run-0') .state:has-text('Running')").waitFor();
        assertEquals(1, page.locator("#notice:has-text('taken by')").count());
        trial.button("Close this message").click();
        page.locator("#notice").waitFor(TrialDashboard.gone());
    }
}
