package dev.berth.e2e;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The terminal of a page, as a person reads it and types into it. */
record Screen(Page page) {
    private static final int PATIENCE_MILLIS = 10_000;

    String text() {
        return (String) page.evaluate(
                "() => [...document.querySelectorAll('.pane-fill:not([hidden]) .xterm-rows')].filter(e => e.offsetParent)"
                        + ".flatMap(e => [...e.children]).map(e => e.textContent.trimEnd()).join('\\n')");
    }

    /** Waits until the screen shows it. */
    Matcher await(String expression) {
        Pattern wanted = Pattern.compile(expression);
        long deadline = System.currentTimeMillis() + Await.millis(PATIENCE_MILLIS);
        String last = "";
        while (System.currentTimeMillis() < deadline) {
            try {
                last = text();
            } catch (PlaywrightException e) {
                last = "(the page is being loaded)";
            }
            Matcher found = wanted.matcher(last);
            if (found.find()) {
                return found;
            }
            page.waitForTimeout(30);
        }
        throw new AssertionError("the terminal never showed " + expression + " but:\n" + last);
    }

    void type(String line) {
        page.keyboard().type(line);
        page.keyboard().press("Enter");
    }

    /** Puts the mouse on the beginning of the last row with exactly this text. */
    void point(String text) {
        List<?> place = (List<?>) page.evaluate(
                "text => { const row = [...document.querySelectorAll('.xterm-rows > div')]"
                        + ".filter(e => e.offsetParent && e.textContent.trimEnd() === text).at(-1).getBoundingClientRect();"
                        + " return [row.x + 20, row.y + row.height / 2]; }",
                text);
        page.mouse().move(((Number) place.get(0)).doubleValue(), ((Number) place.get(1)).doubleValue());
    }

    /** Until what is typed goes to the terminal. */
    void awaitFocus() {
        page.waitForFunction("() => document.activeElement?.classList.contains('xterm-helper-textarea')");
    }

    void focus() {
        page.locator(".xterm-helper-textarea").first().focus();
    }
}
