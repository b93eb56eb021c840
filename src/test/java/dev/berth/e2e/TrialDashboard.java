package dev.berth.e2e;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;

/** What every test of the pages begins with: a service, a registry of one image, and a browser with one window. */
final class TrialDashboard implements AutoCloseable {
    final ImageServer registry = ImageServer.start();
    final TrialService service = new TrialService();
    final TrialBrowser browser;
    final BrowserContext window;
    final Page page;
    final Screen screen;

    TrialDashboard() throws Exception {
        service.start();
        browser = new TrialBrowser();
        window = browser.window(1280, 800, ColorScheme.LIGHT);
        page = browser.page(window);
        screen = new Screen(page);
    }

    /** A dashboard in which somebody is signed in. */
    static TrialDashboard signedIn() throws Exception {
        TrialDashboard dashboard = new TrialDashboard();
        dashboard.page.navigate(dashboard.service.link());
        dashboard.page.waitForURL("**/containers");
        return dashboard;
    }

    void go(String path) {
        page.navigate(service.pages() + path);
    }

    Locator button(String name) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
    }

    /** The state at the head of a container's page. */
    void awaitState(String words) {
        page.locator(".page-head .state:has-text('" + words + "')").waitFor();
    }

    static Locator.WaitForOptions gone() {
        return new Locator.WaitForOptions().setState(WaitForSelectorState.HIDDEN);
    }

    /** Makes a container by the API. @param more of the request, such as {@code "tty":true} */
    void create(String name, String more) throws Exception {
        service.call(
                "POST",
                "/containers",
                "{\"image\":\"%s\",\"name\":\"%s\"%s}"
                        .formatted(registry.image(), name, more.isEmpty() ? "" : "," + more));
    }

    /** As {@link #create}, and starts it. */
    void run(String name, String more) throws Exception {
        create(name, more);
        service.call("POST", "/containers/" + name + "/start", null);
    }

    /** Another window of the same person, signed in as this one is. */
    Page secondWindow(int width, int height) {
        Page other = browser.page(window);
        other.setViewportSize(width, height);
        return other;
    }

    @Override
    public void close() throws Exception {
        try {
            browser.close();
        } finally {
            service.close();
            registry.close();
        }
    }
}
