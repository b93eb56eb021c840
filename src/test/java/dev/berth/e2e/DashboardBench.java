package dev.berth.e2e;

import com.google.gson.JsonElement;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The part of {@code ./berth bench} that needs a browser: figures, no verdict. There is no peer to put beside them: Debian has no other
 * web terminal, and podman no page.
 */
public final class DashboardBench implements AutoCloseable {
    private static final String PROMPT = "# *\\s*$";
    private static final String SHELL = "\"tty\":true,\"openStdin\":true";
    private static final int CONTAINERS = 200;
    private static final int MEGABYTES = 100;
    /** So long it writes before it is interrupted. */
    private static final int FULL_SPEED_MILLIS = 1_000;

    private final int runs;
    private final TrialDashboard trial = TrialDashboard.signedIn();
    private final Page page = trial.page;
    private final Screen screen = trial.screen;
    private final CDPSession devtools;

    private DashboardBench(int runs) throws Exception {
        this.runs = runs;
        page.setDefaultTimeout(180_000);
        devtools = trial.window.newCDPSession(page);
        devtools.send("Performance.enable");
    }

    public static void main(String[] arguments) throws Exception {
        try (DashboardBench bench = new DashboardBench(Integer.parseInt(arguments[0]))) {
            try {
                bench.interrupt();
                bench.flood();
                bench.stateChange();
                bench.longLog();
                bench.manyContainers();
            } catch (RuntimeException | AssertionError e) {
                System.err.println(Files.readString(
                        bench.trial.service.berth.runtimeDirectory().resolve("service.log")));
                throw e;
            }
        }
    }

    /** From the key's press to the shell's prompt on the screen, while {@code yes} writes as fast as it can. */
    private void interrupt() throws Exception {
        trial.run("bench", SHELL);
        trial.go("/containers/bench/terminal");
        screen.await(PROMPT);
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            screen.focus();
            enter("yes");
            screen.await("(?m)^y\\ny\\ny$");
            page.waitForTimeout(FULL_SPEED_MILLIS);
            page.evaluate("() => { window.answered = new Promise(done => addEventListener('keydown', () => {"
                    + " const pressed = performance.now();"
                    + " const look = () => { const rows = [...document.querySelectorAll('.xterm-rows > div')].map(e => e.textContent.trimEnd()).filter(Boolean);"
                    + "   if (/^[^y]*#$/.test(rows.at(-1) ?? '')) done(performance.now() - pressed); else requestAnimationFrame(look); };"
                    + " look(); }, {once: true, capture: true})) }");
            page.keyboard().press("Control+c");
            times.add(((Number) page.evaluate("() => window.answered")).doubleValue());
            enter("clear");
            screen.await("\\A/ #\\s*\\z");
        }
        row("terminal: Ctrl-C during yes", "ms", times);
    }

    /** Busybox's shell asks the terminal for its cursor after a prompt and loses what is typed meanwhile: until it stands there. */
    private void enter(String line) {
        Await.quietly("the shell has taken in " + line, () -> {
            page.keyboard().press("Control+u");
            page.keyboard().type(line);
            page.waitForFunction(
                    "line => [...document.querySelectorAll('.xterm-rows > div')].map(e => e.textContent.trimEnd()).filter(Boolean).at(-1)?.endsWith('# ' + line)",
                    line,
                    new Page.WaitForFunctionOptions().setTimeout(Await.millis(1_000)));
            return true;
        });
        page.keyboard().press("Enter");
    }

    /** All of it is shown: a shell of exec waits for its viewer. */
    private void flood() throws Exception {
        trial.button("New shell").click();
        page.waitForURL("**shell=*");
        screen.await(PROMPT);
        double heapBefore = heap();
        long begin = System.nanoTime();
        screen.type("yes 0123456789012345678901234567890123456789012345678901234567890123456789012345678 | head -c "
                + MEGABYTES * 1_000_000 + "; echo; echo flooded-$((1 + 1))");
        double page = heapBefore;
        double service = 0;
        while (!screen.text().contains("flooded-2")) {
            page = Math.max(page, heap());
            service = Math.max(service, memory());
            this.page.waitForTimeout(100);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        row("terminal: " + MEGABYTES + " MB of output", "MB/s", MEGABYTES / seconds);
        row("  the page's heap, at most", "MB", page);
        row("  the service's memory, at most (PSS)", "MB", service);
        trial.service.call("DELETE", "/containers/bench?force=true", null);
    }

    /** From the kill of a program to the word in its row. */
    private void stateChange() throws Exception {
        trial.create("bench", "\"network\":\"none\",\"command\":[\"sleep\",\"100000\"]");
        trial.go("/containers");
        Locator word = page.locator("tbody.row .state .word");
        word.waitFor();
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            trial.service.call("POST", "/containers/bench/start", null);
            page.locator("tbody.row .state:has-text('Running')").waitFor();
            page.evaluate(
                    "() => { window.changed = new Promise(done => new MutationObserver((_, all) => {"
                            + " if (document.querySelector('tbody.row .word').textContent.startsWith('Exited')) { all.disconnect(); done(performance.timeOrigin + performance.now()); }"
                            + "}).observe(document.querySelector('#table'), {subtree: true, childList: true, characterData: true})) }");
            long pid = trial.service.container("bench").path("pid").asLong();
            Instant killed = Instant.now();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            double seen = ((Number) page.evaluate("() => window.changed")).doubleValue();
            times.add(seen - killed.toEpochMilli() - (killed.getNano() / 1000 % 1000) / 1000.0);
        }
        row("list: a program's end is in its row", "ms", times);
        trial.service.call("DELETE", "/containers/bench?force=true", null);
    }

    /** All of a log of a million lines, then through it from one end to the other. */
    private void longLog() throws Exception {
        trial.run(
                "bench",
                "\"network\":\"none\",\"command\":[\"sh\",\"-c\",\"seq 1000000; sleep 100000\"],\"stopTimeout\":0");
        trial.go("/containers/bench/logs");
        page.locator(".log-line:has-text('1000000')").waitFor();
        long begin = System.nanoTime();
        trial.button("Show them").click();
        page.locator(".count:text-is('1000000 lines')").waitFor();
        row("log of a million lines: all of it", "s", (System.nanoTime() - begin) / 1e9);
        watchFrames();
        page.evaluate(
                "async () => { const view = document.querySelector('.log-view'); for (let i = 0; i <= 300; i++)"
                        + " { view.scrollTop = view.scrollHeight * (1 - i / 300); await new Promise(requestAnimationFrame); } }");
        row("  a frame, while it is scrolled through", "ms", frames());
        row("  the page's heap", "MB", heap());
        begin = System.nanoTime();
        page.getByLabel("Search the log").fill("99999");
        page.locator("text=/^\\d+ of 1000000 lines/").waitFor();
        row("  until a search has looked at every line", "ms", (System.nanoTime() - begin) / 1e6);
        trial.service.call("DELETE", "/containers/bench?force=true", null);
    }

    private void manyContainers() throws Exception {
        for (int i = 0; i < CONTAINERS; i++) {
            trial.run("bench-" + i, "\"network\":\"none\",\"command\":[\"sleep\",\"100000\"],\"stopTimeout\":0");
        }
        List<Double> loads = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            trial.go("/containers");
            loads.add(((Number) page.evaluate(
                            "count => new Promise(done => { const look = () =>"
                                    + " document.querySelectorAll('tbody.row').length < count ? requestAnimationFrame(look)"
                                    + " : requestAnimationFrame(() => done(performance.now())); look(); })",
                            CONTAINERS))
                    .doubleValue());
        }
        row("list of " + CONTAINERS + " running: all rows shown", "ms", loads);
        watchFrames();
        page.waitForTimeout(10_000);
        row("  a frame, while all rows are measured", "ms", frames());
        row("  the page's heap", "MB", heap());
        row("  the service's memory (PSS)", "MB", memory());
        page.locator("#all").check();
        watchFrames();
        long begin = System.nanoTime();
        page.locator("#bulk-actions button:has-text('Stop')").click();
        // Out of sight, as long as rows are chosen.
        page.waitForFunction("() => document.querySelector('#count').textContent.endsWith(', 0 running')");
        row("  until all are stopped", "s", (System.nanoTime() - begin) / 1e9);
        row("  a frame meanwhile", "ms", frames());
        row("  the page's heap after that", "MB", heap());
        row("  the service's memory after that (PSS)", "MB", memory());
    }

    private void watchFrames() {
        page.evaluate("() => { window.frameTimes = []; let last = performance.now(); const tick = now => {"
                + " window.frameTimes?.push(now - last); last = now; if (window.frameTimes) requestAnimationFrame(tick); };"
                + " requestAnimationFrame(tick); }");
    }

    private List<Double> frames() {
        Object all = page.evaluate("() => { const all = window.frameTimes; window.frameTimes = null; return all; }");
        return ((List<?>) all).stream().map(it -> ((Number) it).doubleValue()).toList();
    }

    /** What is in use of the page's heap. */
    private double heap() {
        for (JsonElement metric : devtools.send("Performance.getMetrics").getAsJsonArray("metrics")) {
            if (metric.getAsJsonObject().get("name").getAsString().equals("JSHeapUsedSize")) {
                return metric.getAsJsonObject().get("value").getAsDouble() / 1e6;
            }
        }
        return 0;
    }

    private double memory() throws Exception {
        Path rollup = Path.of("/proc/" + trial.service.berth.servicePid() + "/smaps_rollup");
        try (Stream<String> lines = Files.lines(rollup)) {
            return lines.filter(line -> line.startsWith("Pss:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024 / 1e6)
                    .sum();
        }
    }

    private static void row(String title, String unit, double value) {
        System.out.printf(Locale.ROOT, "%-42s %10.1f  %s%n", title, value, unit);
    }

    private static void row(String title, String unit, List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        System.out.printf(
                Locale.ROOT,
                "%-42s %10.1f  %s (p95 %.1f, at most %.1f, of %d)%n",
                title,
                sorted.get((sorted.size() - 1) / 2),
                unit,
                sorted.get((int) Math.ceil(sorted.size() * 0.95) - 1),
                sorted.get(sorted.size() - 1),
                sorted.size());
    }

    @Override
    public void close() throws Exception {
        trial.close();
    }
}
