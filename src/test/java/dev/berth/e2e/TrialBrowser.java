package dev.berth.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import dev.berth.rootfs.Need;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Debian's Chromium. What its pages ask for outside, and what they complain of, is kept for the tests to look at. */
final class TrialBrowser implements AutoCloseable {
    static final String REBOUND = "rebound.example";
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

    private final Playwright playwright;
    private final Browser browser;
    final List<String> complaints = new CopyOnWriteArrayList<>();
    final Set<String> hosts = ConcurrentHashMap.newKeySet();

    TrialBrowser() {
        Need.that(Files.isExecutable(CHROMIUM), "this test needs Debian's chromium: apt-get install chromium");
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of(
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                // A name whose owner points it at this machine: what DNS rebinding does.
                                "--host-resolver-rules=MAP " + REBOUND + " 127.0.0.1",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")));
    }

    BrowserContext window(int width, int height, ColorScheme colours) {
        return watched(browser.newContext(
                new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(colours)));
    }

    /** One that is touched. */
    BrowserContext phone(int width, int height) {
        return watched(browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setHasTouch(true)
                .setIsMobile(true)));
    }

    /** Where a test may run scripts of its own in our pages. */
    BrowserContext unguardedWindow(int width, int height, ColorScheme colours) {
        return watched(browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(colours)
                .setBypassCSP(true)));
    }

    private BrowserContext watched(BrowserContext window) {
        window.setDefaultTimeout(Await.millis(15_000));
        window.onRequest(request -> {
            URI uri = URI.create(request.url());
            if (uri.getHost() != null) {
                hosts.add(uri.getHost() + ":" + uri.getPort());
            }
        });
        return window;
    }

    Page page(BrowserContext window) {
        Page page = window.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(page.url() + ": " + message.text());
            }
        });
        page.onPageError(error -> complaints.add(page.url() + ": " + error));
        return page;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
