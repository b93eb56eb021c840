package dev.berth.cli;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Sees to it that an image is here, showing how it comes. */
final class ImageFetch {
    private final Api api;
    private final PrintStream progress;
    private final boolean live;

    /** @param progress null shows nothing */
    ImageFetch(Api api, PrintStream progress, boolean live) {
        this.api = api;
        this.progress = progress;
        this.live = live;
    }

    /** By the policies of {@code --pull}: missing, always, never. */
    void ensure(String image, String policy) {
        if (policy.equals("always")) {
            pull(image, null);
        } else if (policy.equals("missing") && !isHere(image)) {
            pull(image, null);
        }
    }

    private boolean isHere(String image) {
        try {
            api.get("/images/one?reference=" + Api.escape(image));
            return true;
        } catch (CliException e) {
            if (e.isNotFound()) {
                return false;
            }
            throw e;
        }
    }

    /** @return the last line of the stream: reference, digest, id */
    Json pull(String image, String platform) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("reference", image);
        request.put("platform", platform);
        request.put("policy", "always");
        Json[] last = {Json.NULL};
        try (PullDisplay display = PullDisplay.on(progress, live)) {
            api.lines("POST", "/images/pull", new Json(request), line -> {
                if (line.get("layer").isNull()) {
                    last[0] = line;
                } else {
                    display.layer(line);
                }
            });
        }
        if (last[0].get("status").text().equals("error")) {
            throw Api.problem(last[0].get("error"), 0);
        }
        if (!last[0].get("status").text().equals("done")) {
            throw new CliException("cannot fetch " + image + ": the service ended before it was done");
        }
        return last[0];
    }
}
