package dev.berth.container;

import dev.berth.launcher.BadLaunch;
import dev.berth.network.NetworkException;
import java.util.function.Supplier;

/** Tells the refusals of the engine as those of the use case. */
final class Sentences {
    private Sentences() {}

    /** A value that only the launcher understands is checked early, so that a bad one is refused before anything is made. */
    static <T> T checked(Supplier<T> parse) {
        try {
            return parse.get();
        } catch (BadLaunch e) {
            throw new ContainerException.Invalid(e.field(), e.getMessage());
        }
    }

    static ContainerException of(NetworkException failure) {
        if (failure instanceof NetworkException.CannotForward refused) {
            String type = switch (refused.reason()) {
                case IN_USE -> "port-in-use";
                case PRIVILEGED -> "port-privileged";
                case NO_SUCH_ADDRESS -> "no-such-address";
                case REFUSED -> "port-refused";
            };
            return new ContainerException.Conflict(type, refused.getMessage());
        }
        return new ContainerException.Failed(failure.getMessage(), failure);
    }
}
