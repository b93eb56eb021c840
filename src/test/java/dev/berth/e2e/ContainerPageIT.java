package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.berth.rootfs.Need;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What one container's page and the form that makes one do when something stands in the way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ContainerPageIT {
    private static final String IDLE = "\"command\":[\"sleep\",\"100000\"],\"stopTimeout\":0";

    private static final int RACES = 20;

    private TrialDashboard trial;
    private Page page;

    @BeforeAll
    void begin() throws Exception {
        trial = TrialDashboard.signedIn();
        page = trial.page;
    }

    @AfterAll
    void end() throws Exception {
        if (trial != null) {
            trial.close();
        }
    }

    private static ServerSocket taken() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @Test
    void aTakenPortIsToldWithItsHolderAndTheNextFreeOneIsOnePressAway() throws Exception {
        trial.run("ported", IDLE);
        trial.go("/containers/ported/ports");
        try (ServerSocket other = taken()) {
            page.fill("#port-inside", "80");
            page.fill("#port-host", Integer.toString(other.getLocalPort()));
            page.keyboard().press("Enter");
            page.locator("#port-host-error:has-text('taken by')").waitFor();
            page.locator("#port-host-error button:has-text('instead')").click();
            page.locator("td a[target=_blank]").waitFor();
            int port = trial.service.container("ported").at("/ports/0/hostPort").asInt();
            assertTrue(port > other.getLocalPort(), "the next one is " + port);
        }
        page.locator("button[aria-label^='Remove port']").click();
        trial.button("Undo").click();
        page.locator("td a[target=_blank]").waitFor();
        assertEquals(
                "active", trial.service.container("ported").at("/ports/0/state").asText());
    }

    @Test
    void thePortsPageTellsAllWhoWantAPortAndWhoHasIt() throws Exception {
        try (ServerSocket other = taken()) {
            String port = "\"ports\":[{\"hostPort\":%d,\"containerPort\":80}]".formatted(other.getLocalPort());
            trial.create("wants", IDLE + "," + port);
            trial.create("wants-too", IDLE + "," + port);
            trial.go("/ports");
            page.fill("#search", Integer.toString(other.getLocalPort()));
            page.locator("#table tr:has-text('taken')").waitFor();
            assertEquals(3, page.locator("#table tr").count());
            page.fill("#search", "nowhere");
            page.getByText("No port has these words").waitFor();
            trial.button("Show all").click();
            page.fill("#search", Integer.toString(other.getLocalPort()));
        }
        // Nobody tells of it; the page looks by itself.
        page.locator("#table tr:has-text('taken')").waitFor(TrialDashboard.gone());
        assertEquals(2, page.locator("#table tr").count());
    }

    @Test
    void aPortWithoutANumberYetIsTakenAway() throws Exception {
        trial.create("unnumbered", IDLE + ",\"ports\":[{\"containerPort\":80}]");
        trial.go("/containers/unnumbered/ports");
        page.locator("button[aria-label='Remove port 80/tcp']").click();
        page.getByText("No ports", new Page.GetByTextOptions().setExact(true)).waitFor();
    }

    @Test
    void aNewContainerWhosePortIsTakenStartsWithAnother() throws Exception {
        try (ServerSocket other = taken()) {
            trial.go("/containers/new");
            page.fill(
                    "#paste",
                    "docker run --name busy --label tier=web -p " + other.getLocalPort() + ":80 "
                            + trial.registry.image() + " sleep 1000");
            page.locator("#unseen:has-text('--label tier=web')").waitFor();
            trial.button("Create and start").click();
            page.locator("#trouble:has-text('busy is created, but it did not start')")
                    .waitFor();
            page.locator("#trouble button:has-text('instead')").click();
            page.waitForURL("**/containers/busy");
            trial.awaitState("Running");
        }
    }

    @Test
    void aPortThatWasTakenWhileAQuickProgramRanIsTold() throws Exception {
        Optional<String> name = Optional.empty();
        for (int i = 0; i < RACES && name.isEmpty(); i++) {
            name = takenWhileItStarts("quick-" + i);
        }
        Need.that(name.isPresent(), "no port could be taken between a start's look at it and the program's end");
        trial.go("/containers/" + name.get());
        trial.awaitState("Exited");
        page.locator("#trouble:has-text('taken by')").waitFor();
        trial.go("/containers?q=" + name.get());
        page.locator("tbody.row .row-note:has-text('taken by')").waitFor();
    }

    /** @return its name, if its program has run and ended, and the port was taken after it had been looked at */
    private Optional<String> takenWhileItStarts(String name) throws Exception {
        int port;
        try (ServerSocket free = taken()) {
            port = free.getLocalPort();
        }
        trial.create(name, "\"command\":[\"true\"],\"ports\":[{\"hostPort\":%d,\"containerPort\":80}]".formatted(port));
        CompletableFuture<HttpResponse<String>> started = CompletableFuture.supplyAsync(() -> start(name));
        Await.until("it has begun", 10, () -> started.isDone() || !stateOf(name).equals("created"));
        try (ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            boolean ran = started.join().statusCode() < 300;
            Await.until("it is at rest", 10, () -> Set.of("created", "exited").contains(stateOf(name)));
            // Whoever wins: one whose port is not its own says why.
            assertEquals(
                    "failed", trial.service.container(name).at("/ports/0/state").asText());
            return ran ? Optional.of(name) : Optional.empty();
        } catch (BindException won) {
            started.join();
            return Optional.empty();
        }
    }

    private HttpResponse<String> start(String name) {
        try {
            return trial.service.berth.api("POST", "/containers/" + name + "/start", null);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private String stateOf(String name) throws Exception {
        return trial.service.container(name).path("state").asText();
    }

    @Test
    void whatThisVersionRefusesIsSaidBesideTheFieldBeforeAnythingIsSent() {
        trial.go("/containers/new");
        page.fill("#image", trial.registry.image());
        page.locator("#more").evaluate("it => { it.open = true; }"); // a draft with limits has it open already
        page.selectOption("#policy", "always");
        page.locator("#policy-error:has-text('knows only')").waitFor();
    }

    @Test
    void limitsAreSetInTheFormAndShown() throws Exception {
        Need.that(
                !trial.service.call("GET", "/system/info", null).path("refused").has("resources.memory"),
                "this test needs control groups that are this user's");
        trial.go("/containers/new");
        page.fill("#image", trial.registry.image());
        page.fill("#command", "sleep 1000");
        page.locator("#more").evaluate("it => { it.open = true; }"); // a draft with limits has it open already
        page.fill("#memory", "1m");
        trial.button("Create and start").click();
        page.locator("#memory-error:has-text('cannot limit memory')").waitFor();
        page.fill("#memory", "64m");
        page.fill("#cpus", "0.5");
        page.fill("#pids", "20");
        trial.button("Create and start").click();
        trial.awaitState("Running");
        page.locator("text=/ of 6[47](\\.1)? M/").first().waitFor();
        page.locator("text='1 of 20'").first().waitFor();
    }

    @Test
    void whatWasTypedStaysWhenItFailsAndAfterAReload() {
        trial.go("/containers/new");
        page.fill("#image", "localhost:1/nowhere");
        page.fill("#name", "kept");
        page.fill("#command", "echo 'a b'");
        trial.button("Create and start").click();
        page.locator("#progress .message.failed").waitFor();
        page.reload();
        page.locator("#line:has-text('kept')").waitFor();
        assertEquals("kept", page.inputValue("#name"));
        assertEquals("echo 'a b'", page.inputValue("#command"));
    }

    @Test
    void anotherNameIsInEveryAddressAtOnce() throws Exception {
        trial.run("before", IDLE);
        trial.go("/containers/before/config");
        page.fill("#rename", "not a name");
        page.keyboard().press("Enter");
        page.locator("#rename-error:not(:empty)").waitFor();
        page.fill("#rename", "after");
        page.keyboard().press("Enter");
        page.waitForURL("**/containers/after/config");
        page.locator("h1:text-is('after')").waitFor();
        page.reload();
        trial.awaitState("Running");
    }

    @Test
    void aContainerIsCopiedIntoTheForm() throws Exception {
        trial.create("model", IDLE + ",\"env\":{\"COLOUR\":\"blue\"},\"ports\":[{\"containerPort\":80}]");
        trial.go("/containers/model/config");
        page.locator("a:has-text('Create another like this')").click();
        page.locator("#line:has-text('COLOUR=blue')").waitFor();
        assertEquals("model-copy", page.inputValue("#name"));
        page.waitForURL("**/containers/new");
        page.fill("#name", "changed");
        page.reload();
        page.locator("#line:has-text('--name changed')").waitFor();
        page.locator("#line:has-text('COLOUR=blue')").waitFor();
    }

    @Test
    void whatAPastedLineSaysIsKeptOrToldToBeLeftOut() {
        trial.go("/containers/new");
        page.fill(
                "#paste",
                "docker run -i --memory 64m --memory-swap 128m --pull always --group-add staff "
                        + trial.registry.image() + " cat");
        page.locator("#unseen:has-text('-i --memory-swap 128m --pull always')").waitFor();
        page.locator("#paste-result:has-text('Berth has no equal of: --group-add staff')")
                .waitFor();
        page.locator("#line:has-text('berth run -i ')").waitFor();
        assertEquals(trial.registry.image(), page.inputValue("#image"));
        page.evaluate("() => sessionStorage.clear()");
    }

    @Test
    void aPullThatFailedDoesNotHideWhatFailsNext() throws Exception {
        trial.create("held", IDLE);
        trial.go("/containers/new");
        page.fill("#image", "localhost:1/nowhere");
        page.fill("#name", "held");
        trial.button("Create only").click();
        page.locator("#progress .message.failed").waitFor();
        page.fill("#image", trial.registry.image());
        trial.button("Create only").click();
        page.getByText("The name held is taken by container").waitFor();
        assertEquals(0, page.locator("#progress .message").count());
        page.evaluate("() => sessionStorage.clear()");
    }

    @Test
    void pressingTwiceMakesOneContainer() throws Exception {
        trial.go("/containers/new");
        page.fill("#paste", "docker run --label pressed=twice " + trial.registry.image() + " sleep 1000");
        page.locator("#unseen:has-text('pressed=twice')").waitFor();
        page.locator("#create")
                .evaluate("form => { for (let i = 0; i < 2; i++) form.dispatchEvent("
                        + "new KeyboardEvent('keydown', {key: 'Enter', ctrlKey: true, bubbles: true})); }");
        trial.awaitState("Running");
        assertEquals(
                1,
                trial.service
                        .call("GET", "/containers?all=true&label=pressed=twice", null)
                        .size());
    }

    @Test
    void aCopyHasAnUnnamedVolumeOfItsOwn() throws Exception {
        trial.create("keeper", IDLE + ",\"mounts\":[{\"type\":\"volume\",\"target\":\"/data\"}]");
        trial.go("/containers/keeper/config");
        page.locator(".command:has-text('-v /data ')").waitFor();
        page.locator("a:has-text('Create another like this')").click();
        page.locator("#line:has-text('-v /data ')").waitFor();
        assertEquals("", page.getByLabel("Folder or volume").inputValue());
        trial.button("Create only").click();
        page.waitForURL("**/containers/keeper-copy");
        assertNotEquals(volumeOf("keeper"), volumeOf("keeper-copy"));
    }

    private String volumeOf(String name) throws Exception {
        return trial.service.container(name).at("/config/mounts/0/source").asText();
    }

    @Test
    void aStopThatTakesLongCanBeCutShort() throws Exception {
        trial.run(
                "stubborn",
                "\"command\":[\"sh\",\"-c\",\"trap : TERM; while :; do sleep 1; done\"],\"stopTimeout\":60");
        trial.go("/containers/stubborn");
        trial.awaitState("Running");
        trial.button("Stop").click();
        trial.button("Kill now").click();
        trial.awaitState("Exited (137)");
    }

    @Test
    void aLongLogIsCutSaidSoAndShownWhole() throws Exception {
        trial.run("talker", "\"command\":[\"sh\",\"-c\",\"seq 30000; echo last >&2; sleep 100000\"],\"stopTimeout\":0");
        trial.go("/containers/talker/logs");
        page.locator(".log-earlier:has-text('20001 earlier lines')").waitFor();
        page.locator(".log-line").first().waitFor();
        trial.button("Show them").click();
        page.locator(".count:text-is('30001 lines')").waitFor();
        page.locator(".log-earlier").waitFor(TrialDashboard.gone());
        assertTrue(page.locator(".log-line").count() < 200, "only what is in view is in the page");

        page.locator(".log-view").evaluate("view => { view.scrollTop = 0; }");
        page.locator(".log-line:has-text('1')").first().waitFor();
        page.locator(".log-more:has-text('follow again')").waitFor();
        trial.service.call(
                "POST",
                "/containers/talker/exec?wait=true",
                "{\"command\":[\"sh\",\"-c\",\"echo news > /proc/1/fd/1\"]}");
        page.getByLabel("Stream").selectOption("stderr");
        page.locator(".count:text-is('1 of 30001 lines')").waitFor();
        page.getByLabel("Stream").selectOption("");
        page.getByLabel("Search the log").fill("/^2999\\d$/");
        page.locator("text=/^10 of /").waitFor();
        page.getByLabel("Search the log").fill("");
        Download file = page.waitForDownload(() -> trial.button("Download").click());
        assertEquals(30_001, Files.readAllLines(file.path()).size());
    }

    @Test
    void whoHasScrolledUpInTheLogStaysThereWithWhatIsSelected() throws Exception {
        trial.run(
                "reader",
                "\"command\":[\"sh\",\"-c\",\"mkfifo /tmp/more; seq 30000; while :; do cat /tmp/more; done\"],\"stopTimeout\":0");
        trial.go("/containers/reader/logs");
        page.locator(".count:text-is('10000 lines')").waitFor();
        page.locator(".log-view").evaluate("view => { view.scrollTop = 4005; }");
        page.locator(".log-more:has-text('follow again')").waitFor();
        awaitTopLine("20201");
        page.evaluate("() => getSelection().selectAllChildren([...document.querySelectorAll('.log-line .text')]"
                + ".find(it => it.textContent === '20205'))");

        write("reader", "first");
        page.locator(".log-more:has-text('1 new line below')").waitFor();
        assertEquals("20205", page.evaluate("() => getSelection().toString()"));
        awaitTopLine("20201");

        page.getByLabel("Search the log").fill("29999");
        page.locator(".count:text-is('1 of 10001 lines')").waitFor();
        page.getByLabel("Search the log").fill("");
        page.locator(".count:text-is('10001 lines')").waitFor();
        awaitTopLine("20201");

        trial.button("Show them").click();
        page.locator(".count:text-is('30001 lines')").waitFor();
        awaitTopLine("20201");

        trial.service.kill();
        page.locator("#link-line:not([hidden])").waitFor();
        trial.service.start();
        page.locator("#link-line").waitFor(TrialDashboard.gone());
        write("reader", "second");
        page.locator(".count:text-is('30002 lines')").waitFor();
        awaitTopLine("20201");
        page.locator(".log-more:not([hidden])").waitFor();
    }

    /** Has the container's program write a line. */
    private void write(String name, String line) throws Exception {
        trial.service.call(
                "POST",
                "/containers/" + name + "/exec?wait=true",
                "{\"command\":[\"sh\",\"-c\",\"echo %s > /tmp/more\"]}".formatted(line));
    }

    /** Until the first line of the log that one sees is this one. */
    private void awaitTopLine(String text) {
        page.waitForFunction(
                "text => { const top = document.querySelector('.log-view').getBoundingClientRect().top;"
                        + " return [...document.querySelectorAll('.log-line')].find(row => row.getBoundingClientRect().bottom > top + 1)"
                        + "?.querySelector('.text').textContent === text; }",
                text);
    }

    @Test
    void whoUsesAVolumeIsShownAsItChangesAndASearchLeadsBack() throws Exception {
        trial.service.call("POST", "/volumes", "{\"name\":\"shared\"}");
        trial.go("/volumes");
        page.locator("tr:has-text('shared'):has-text('not used')").waitFor();
        trial.create("user", IDLE + ",\"mounts\":[{\"type\":\"volume\",\"source\":\"shared\",\"target\":\"/data\"}]");
        page.locator("tr:has-text('shared'):has-text('1 container')").waitFor();
        trial.service.call("DELETE", "/containers/user", null);
        page.locator("tr:has-text('shared'):has-text('not used')").waitFor();

        page.fill("#search", "nowhere");
        page.getByText("No volume has these words").waitFor();
        trial.button("Show all").click();
        page.locator("tr:has-text('shared')").waitFor();
    }

    @Test
    void anImageThatAnotherRemovesIsSaidOnItsPage() throws Exception {
        String names = "{\"source\":\"%s\",\"target\":\"spare:1\"}".formatted(trial.registry.image());
        trial.create("holds-the-image", IDLE);
        trial.service.call("POST", "/images/tag", names);
        trial.go("/images/one?reference=spare:1");
        page.locator("#head a:has-text('Create a container')").waitFor();
        trial.service.call("DELETE", "/images/one?reference=spare:1", null);
        page.getByText("spare:1 was removed").waitFor();
        trial.service.call("POST", "/images/tag", names);
        page.locator("#head a:has-text('Create a container')").waitFor();
        trial.service.call("DELETE", "/images/one?reference=spare:1", null);
    }

    @Test
    void aLostConnectionIsToldAlsoWhereNothingIsWatched() throws Exception {
        for (String path : List.of("/system", "/containers/new")) {
            trial.go(path);
            page.locator("#find").waitFor();
            trial.service.kill();
            page.locator("#link-line [aria-hidden=true]:has-text('Next try in')")
                    .waitFor();
            trial.service.start();
            page.locator("#link-line").waitFor(TrialDashboard.gone());
        }
    }

    @Test
    void theNetworkIsMeasured() throws Exception {
        trial.run("measured", IDLE);
        trial.go("/containers/measured");
        Locator meter = page.locator(".meter:has-text('Network') .value");
        meter.waitFor();
        trial.service.call(
                "POST", "/containers/measured/exec?wait=true", "{\"command\":[\"nslookup\",\"berth.invalid\"]}");
        Await.quietly("bytes were sent", () -> !meter.innerText().contains("↑ 0 B"));
    }
}
