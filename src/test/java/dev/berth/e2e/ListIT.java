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
    @Order(7)
    void anErrorGoesWhenItIsNotTrueAnyMore() throws Exception {
        trial.go("/containers?q=blocked");
        page.locator("button[aria-label='Start blocked']").click();
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
}
