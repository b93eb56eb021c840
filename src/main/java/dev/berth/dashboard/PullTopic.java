package dev.berth.dashboard;

import dev.berth.image.ImageException;
import dev.berth.image.PullBoard;
import dev.berth.image.PullProgress;
import dev.berth.image.StoredImage;
import dev.berth.oci.Reference;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

/** {@code pull:<id>}: how far each layer is, and how it ended. */
@ApplicationScoped
class PullTopic implements Topic {
    private final PullBoard board;

    PullTopic(PullBoard board) {
        this.board = board;
    }

    @Override
    public boolean answersTo(String name) {
        return name.startsWith("pull:");
    }

    @Override
    public AutoCloseable open(String name, Tab.Feed feed) {
        return board.watch(Topic.object(name), new Onlooker(feed)).orElseGet(() -> {
            feed.refuse("there is no pull " + Topic.object(name)
                    + " any more; the service may have been restarted: pull again, what was fetched is kept");
            return () -> {};
        });
    }

    /** A layer as the API writes it. */
    private record Layer(String layer, String status, long current, long total) {
        static Layer of(PullProgress progress) {
            return new Layer(
                    progress.layer().toString(), progress.status().text(), progress.current(), progress.total());
        }
    }

    private record Onlooker(Tab.Feed feed) implements PullBoard.Onlooker {
        @Override
        public void begins(List<PullProgress> layers) {
            feed.snapshot(Map.of("layers", layers.stream().map(Layer::of).toList()));
        }

        @Override
        public void progress(PullProgress progress) {
            feed.change(progress.layer().toString(), Layer.of(progress));
        }

        @Override
        public void done(Reference reference, StoredImage image) {
            feed.step(Map.of(
                    "status",
                    "done",
                    "reference",
                    reference.canonical(),
                    "digest",
                    image.descriptor().digest().toString(),
                    "id",
                    image.id().toString()));
        }

        @Override
        public void failed(RuntimeException why) {
            boolean cancelled = why instanceof ImageException.NotFetched pull && pull.isCancelled();
            feed.step(Map.of(
                    "status",
                    "error",
                    "error",
                    Map.of(
                            "title", cancelled ? "Cancelled" : "Not fetched",
                            "detail",
                                    cancelled
                                            ? "cancelled; what was fetched is kept"
                                            : String.valueOf(why.getMessage()))));
        }
    }
}
