package dev.berth.cli;

import dev.berth.host.Terminal;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** The progress of a pull: on a terminal a line for each layer that is rewritten in place, else a plain line for each change. */
abstract class PullDisplay implements AutoCloseable {
    static PullDisplay on(PrintStream out, boolean live) {
        if (out == null) {
            return new Silent();
        }
        return live ? new Live(out, Terminal.size()) : new Plain(out);
    }

    /** @param line of API.md: layer, status, current, total */
    abstract void layer(Json line);

    @Override
    public void close() {}

    private static String shortName(Json line) {
        String digest = line.get("layer").text();
        String hex = digest.substring(digest.indexOf(':') + 1);
        return Table.printable(hex.substring(0, Math.min(12, hex.length())));
    }

    private static final class Silent extends PullDisplay {
        @Override
        void layer(Json line) {}
    }

    private static final class Plain extends PullDisplay {
        private final PrintStream out;
        private final Map<String, String> told = new LinkedHashMap<>();

        Plain(PrintStream out) {
            this.out = out;
        }

        @Override
        void layer(Json line) {
            String status = line.get("status").text();
            if (!status.equals(told.put(line.get("layer").text(), status)) && !status.equals("waiting")) {
                long total = line.get("total").number(0);
                out.println(shortName(line) + ": " + status + (total > 0 ? " " + Human.size(total) : ""));
            }
        }
    }

    /** Redraws at most ten times a second, and never more lines than the terminal has: those that are done go first. */
    static final class Live extends PullDisplay {
        private static final long FRAME_NANOS = 100_000_000;
        private static final int BAR = 24;

        private final PrintStream out;
        private final Terminal.Size size;
        private final Map<String, LayerLine> layers = new LinkedHashMap<>();
        private int drawn;
        private long lastFrame;

        Live(PrintStream out, Terminal.Size size) {
            this.out = out;
            this.size = size;
        }

        @Override
        void layer(Json line) {
            layers.computeIfAbsent(line.get("layer").text(), key -> new LayerLine(shortName(line)))
                    .update(line, System.nanoTime());
            if (System.nanoTime() - lastFrame > FRAME_NANOS) {
                draw();
            }
        }

        private void draw() {
            lastFrame = System.nanoTime();
            StringBuilder frame = new StringBuilder();
            if (drawn > 0) {
                frame.append("\033[").append(drawn).append('A');
            }
            int hidden = Math.max(0, layers.size() - Math.max(1, size.rows() - 2));
            int skipped = 0;
            int lines = 0;
            for (LayerLine layer : layers.values()) {
                if (skipped < hidden && layer.isDone()) {
                    skipped++;
                    continue;
                }
                if (lines == Math.max(1, size.rows() - 2)) {
                    break;
                }
                String text = layer.text(lastFrame);
                frame.append("\r\033[K")
                        .append(text, 0, Math.min(text.length(), size.columns() - 1))
                        .append('\n');
                lines++;
            }
            // Layers may have become done and hidden: wipe what is below.
            frame.append("\033[J");
            drawn = lines;
            out.print(frame);
            out.flush();
        }

        @Override
        public void close() {
            draw();
        }

        /** One layer: its state, how far it is and how fast. */
        private static final class LayerLine {
            private final String name;
            private String status = "waiting";
            private long current;
            private long total;
            private long began;
            private long beganAt;

            LayerLine(String name) {
                this.name = name;
            }

            void update(Json line, long now) {
                String next = line.get("status").text();
                current = line.get("current").number(current);
                total = line.get("total").number(total);
                if (!next.equals(status)) {
                    status = next;
                    began = now;
                    beganAt = current; // a resumed download did not fetch what was there before
                }
            }

            boolean isDone() {
                return status.equals("done") || status.equals("cached");
            }

            String text(long now) {
                if (isDone()) {
                    return "%s  %-11s %s".formatted(name, status, total > 0 ? Human.size(total) : "");
                }
                if (total <= 0 || status.equals("waiting")) {
                    return "%s  %s".formatted(name, status);
                }
                int full = (int) (BAR * Math.min(current, total) / total);
                double seconds = (now - began) / 1e9;
                String rate = seconds > 0.3 && current > beganAt
                        ? "  " + Human.size((long) ((current - beganAt) / seconds)) + "/s"
                        : "";
                return "%s  %-11s [%s%s] %s/%s%s"
                        .formatted(
                                name,
                                status,
                                "=".repeat(full),
                                " ".repeat(BAR - full),
                                Human.size(current),
                                Human.size(total),
                                status.equals("downloading") ? rate : "");
            }
        }
    }
}
