package dev.berth.registry;

import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Root of this package's failures; the message is the sentence that a user reads. */
public abstract sealed class RegistryException extends RuntimeException {

    private RegistryException(String message) {
        super(message);
    }

    private RegistryException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The registry has no such repository, tag or digest. */
    public static final class NotFound extends RegistryException {
        private NotFound(String message) {
            super(message);
        }

        static NotFound image(Reference reference) {
            return new NotFound("cannot pull " + reference + ": registry " + reference.domain() + " has no image "
                    + reference.path() + "; check the name");
        }

        /** @param tags what there is instead; empty when that is not known, or too much to list */
        static NotFound tag(Reference reference, List<String> tags) {
            String kind = reference.digest().isPresent() ? "digest " : "tag ";
            String others = tags.isEmpty() ? "check the " + kind.strip() : "it has " + String.join(", ", tags);
            return new NotFound("cannot pull " + reference + ": " + reference.repository() + " has no " + kind
                    + reference.identifier() + "; " + others);
        }

        static NotFound blob(Reference reference, String digest) {
            return new NotFound("cannot pull " + reference + ": registry " + reference.domain() + " lists part "
                    + digest + " of it but does not have it; the image must be pushed again");
        }
    }

    /** The registry does not let us, or hides that there is nothing. */
    public static final class Unauthorised extends RegistryException {
        Unauthorised(String message) {
            super(message);
        }

        /**
         * Docker Hub and others answer 401 or 403 also for what does not exist.
         *
         * @param file where the service looks for credentials, which for root's is not root's own
         */
        static Unauthorised anonymous(Reference reference, Optional<Path> file) {
            return new Unauthorised("cannot pull " + reference
                    + ": not found or private; check the name, or sign in to " + reference.domain()
                    + file.map(it -> " so that " + it + ", which the service reads, has credentials for it")
                            .orElse(""));
        }

        static Unauthorised refused(Reference reference, String user) {
            return new Unauthorised("cannot pull " + reference + ": not found, or user " + user
                    + " may not read it; check the name, or sign in to " + reference.domain() + " again");
        }
    }

    /** No answer, or none that ended well, after all retries. */
    public static final class Unreachable extends RegistryException {
        Unreachable(String host, String reason, Throwable cause) {
            super("cannot reach registry " + host + ": " + reason, cause);
        }
    }

    /** The registry asks to be left alone for longer than we wait. */
    public static final class TooManyRequests extends RegistryException {
        /** @param wait what it asks for, when it says so */
        TooManyRequests(String host, Optional<Duration> wait) {
            super("registry " + host + " refuses more requests for now (429); try again "
                    + wait.map(time -> "in " + time.toSeconds() + " seconds").orElse("later")
                    + ", or sign in for a higher limit");
        }
    }

    /** The image exists, but not for the platform asked for. */
    public static final class NoPlatform extends RegistryException {
        public NoPlatform(Reference reference, Platform wanted, List<Platform> available) {
            super("cannot pull " + reference + ": it is not made for " + wanted
                    + (available.isEmpty()
                            ? ""
                            : "; available: "
                                    + available.stream()
                                            .limit(20)
                                            .map(Platform::toString)
                                            .collect(Collectors.joining(", "))));
        }
    }

    /** The registry answered, but not as the protocol says; trying again would not help. */
    public static final class BadAnswer extends RegistryException {
        BadAnswer(String host, String reason) {
            super("registry " + host + " answered against the protocol: " + reason);
        }

        BadAnswer(Reference reference, RuntimeException cause) {
            super("cannot pull " + reference + ": " + cause.getMessage(), cause);
        }
    }

    /** Credentials that the user keeps cannot be read. */
    public static final class BadCredentials extends RegistryException {
        BadCredentials(Path file, String reason) {
            super("cannot read credentials from " + file + ": " + reason);
        }

        BadCredentials(String helper, String reason) {
            super("cannot get credentials from " + helper + ": " + reason);
        }
    }

    /** Somebody called {@link Cancellation#cancel}. */
    public static final class Cancelled extends RegistryException {
        Cancelled() {
            super("cancelled");
        }
    }
}
