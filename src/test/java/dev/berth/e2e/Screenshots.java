package dev.berth.e2e;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Every page as a picture, for people to look at: empty, full, failing, with long names and two hundred rows; light and dark; wide, middle
 * and narrow. No test: {@code java … dev.berth.e2e.Screenshots DIRECTORY [NAME…]}, with BERTH_CHECKOUT
 * set; with names, only those.
 */
public final class Screenshots implements AutoCloseable {
    private static final String IDLE = "\"command\":[\"sleep\",\"100000\"],\"stopTimeout\":0";
    private static final String LONG = "a-name-so-long-that-no-column-of-a-table-can-hold-it-without-a-cut-somewhere";

    private final Path directory;
    private final List<String> wanted;
    private final TrialDashboard trial = TrialDashboard.signedIn();
    private final String secret = (String) trial.page.evaluate("() => localStorage.getItem('berth.secret')");
    private final ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

    private record Look(int width, int height, ColorScheme colours) {
        static final List<Look> ALL = List.of(
                new Look(1440, 900, ColorScheme.LIGHT),
                new Look(1440, 900, ColorScheme.DARK),
                new Look(768, 1024, ColorScheme.LIGHT),
                new Look(390, 844, ColorScheme.LIGHT),
                new Look(390, 844, ColorScheme.DARK));

        String name() {
            return width + "-" + colours.name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is done on a page before it is looked at. */
    private interface Act {
        void on(Page page);
    }

    private Screenshots(Path directory, List<String> wanted) throws Exception {
        this.directory = Files.createDirectories(directory);
        this.wanted = wanted;
    }

    public static void main(String[] arguments) throws Exception {
        try (Screenshots screenshots =
                new Screenshots(Path.of(arguments[0]), List.of(arguments).subList(1, arguments.length))) {
            screenshots.empty();
            screenshots.pull();
            screenshots.full();
            screenshots.many();
            screenshots.away();
        }
    }

    private void empty() {
        for (String page : List.of("containers", "images", "volumes", "ports")) {
            look("empty-" + page, "/" + page, it -> {});
        }
        look("sign-in", "/sign-in", it -> {});
    }

    private void full() throws Exception {
        furnish();
        look("containers", "/containers", it -> it.waitForTimeout(1500));
        look("containers-chosen", "/containers", it -> {
            it.locator("tbody.row input[type=checkbox]").first().check();
            it.locator("tbody.row input[type=checkbox]").nth(1).check();
        });
        look("containers-no-match", "/containers?q=nowhere", it -> {});
        look(
                "containers-removal",
                "/containers",
                it -> it.locator("button[aria-label='Remove web']").click());
        look("palette", "/containers", it -> {
            it.keyboard().press("Control+k");
            it.keyboard().type("web");
            it.waitForTimeout(300);
        });
        look("keys", "/containers", it -> it.keyboard().press("?"));
        for (String tab : List.of("overview", "terminal", "logs", "ports", "config", "events", "inspect")) {
            look("container-" + tab, "/containers/web/" + tab, it -> it.waitForTimeout(1200));
        }
        look("container-failed", "/containers/failed", it -> {});
        look("container-long", "/containers/" + LONG, it -> {});
        look("container-missing", "/containers/nothing", it -> {});
        look("terminal-ended", "/containers/failed/terminal", it -> it.waitForTimeout(800));
        look("port-taken", "/containers/web/ports", this::takenPort);
        look("create", "/containers/new", it -> it.waitForTimeout(200));
        look("create-filled", "/containers/new", this::fill);
        look("images", "/images", it -> {});
        look("image", "/images/one?reference=" + trial.registry.image(), it -> {});
        look("volumes", "/volumes", it -> {});
        look("ports", "/ports", it -> {});
        look("system", "/system", it -> it.locator(".checks").waitFor());
    }

    private void furnish() throws Exception {
        trial.run(
                "web",
                "\"command\":[\"sh\",\"-c\",\"httpd -p 80 -h /www; for i in $(seq 400); do echo \\\"10.0.2.2 GET /page/$i 200\\\"; done;"
                        + " echo \\\"cannot read /etc/missing\\\" >&2; exec sh\"],\"tty\":false,\"openStdin\":true,"
                        + "\"ports\":[{\"containerPort\":80},{\"hostAddress\":\"0.0.0.0\",\"containerPort\":8443}],\"env\":{\"COLOUR\":\"blue\",\"LEVEL\":\"info\"},"
                        + "\"labels\":{\"tier\":\"front\"},\"mounts\":[{\"type\":\"volume\",\"source\":\"site\",\"target\":\"/srv\"}]");
        trial.run("shell", "\"tty\":true,\"openStdin\":true");
        trial.run("failed", "\"tty\":true,\"command\":[\"sh\",\"-c\",\"echo cannot find the configuration; exit 3\"]");
        trial.create("waiting", IDLE);
        trial.run(
                LONG,
                IDLE
                        + ",\"ports\":[{\"containerPort\":1},{\"containerPort\":2},{\"containerPort\":3},{\"containerPort\":4},{\"containerPort\":5}]");
        trial.create(
                "blocked",
                IDLE + ",\"ports\":[{\"hostPort\":%d,\"containerPort\":80}]".formatted(taken.getLocalPort()));
        trial.service.berth.api("POST", "/containers/blocked/start", null);
    }

    private void takenPort(Page page) {
        page.fill("#port-inside", "80");
        page.fill("#port-host", Integer.toString(taken.getLocalPort()));
        page.keyboard().press("Enter");
        page.locator("#port-host-error button").waitFor();
    }

    private void fill(Page page) {
        page.fill(
                "#paste",
                "docker run -d --name site -p 8080:80 -e LEVEL=debug -v site:/srv --memory 256m --label tier=web nginx:alpine");
        page.fill("#name", "two words");
        page.locator("#command").focus();
    }

    private void pull() {
        trial.registry.slow(100_000);
        look("pull", "/images", page -> {
            page.fill("#reference", trial.registry.image());
            page.keyboard().press("Enter");
            page.waitForTimeout(2500);
        });

        trial.registry.slow(Integer.MAX_VALUE);
    }

    private void many() throws Exception {
        if (!isWanted("many")) {
            return;
        }
        for (int i = 0; i < 194; i++) {
            trial.create("service-" + i, IDLE);
        }
        look("many", "/containers", it -> it.waitForTimeout(300));
    }

    private void away() throws Exception {
        if (!isWanted("away")) {
            return;
        }
        trial.go("/containers");
        trial.page.locator("a.name").first().waitFor();
        trial.service.kill();
        trial.page.locator("#link-line:not([hidden])").waitFor();
        trial.page.screenshot(new Page.ScreenshotOptions().setPath(directory.resolve("away-1280-light.png")));
        trial.service.start();
    }

    private boolean isWanted(String name) {
        return wanted.isEmpty() || wanted.contains(name);
    }

    private void look(String name, String path, Act act) {
        if (!isWanted(name)) {
            return;
        }
        for (Look look : Look.ALL) {
            try (BrowserContext context = trial.browser.unguardedWindow(look.width(), look.height(), look.colours())) {
                if (!path.equals("/sign-in")) {
                    context.addCookies(trial.window.cookies());
                    context.addInitScript("localStorage.setItem('berth.secret', '" + secret + "')");
                }
                Page page = context.newPage();
                page.navigate(trial.service.pages() + path);
                page.waitForTimeout(500);
                act.on(page);
                page.waitForTimeout(200);
                page.screenshot(
                        new Page.ScreenshotOptions().setPath(directory.resolve(name + "-" + look.name() + ".png")));
            } catch (RuntimeException e) {
                System.err.println(name + " " + look + ": " + e.getMessage());
            }
        }
    }

    @Override
    public void close() throws Exception {
        taken.close();
        trial.close();
    }
}
