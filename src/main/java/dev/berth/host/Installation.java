package dev.berth.host;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The files that this Berth consists of.
 *
 * @param classPath the jar
 * @param berthInit the C program, beside the jar in every layout
 * @param java the JVM that runs now, which also runs the service
 */
public record Installation(Path classPath, Path berthInit, Path java) {
    /** AppArmor gives rights by path: where it restricts user namespaces, {@code enter} runs from here. */
    public static final Path FIXED_BERTH_INIT = Path.of("/usr/local/libexec/berth/berth-init");

    private static final Path RESTRICTED = Path.of("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");

    /** Finds them from where this class was loaded; {@code -Dberth.init=…} names another berth-init. */
    public static Installation locate() {
        try {
            Path classPath = Path.of(Installation.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            String given = System.getProperty("berth.init");
            Path init = given != null ? Path.of(given) : classPath.resolveSibling("berth-init");
            if (!Files.isExecutable(init)) {
                throw new HostException("cannot find berth-init at " + init
                        + "; build Berth with ./berth, or unpack the archive again");
            }
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            return new Installation(classPath.toAbsolutePath(), init.toAbsolutePath(), java);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The berth-init that enters the user namespace: this one, or its copy at the path that AppArmor lets through. */
    public Path enterProgram() {
        return isRestricted() && Files.isExecutable(FIXED_BERTH_INIT) ? FIXED_BERTH_INIT : berthInit;
    }

    /** Whether AppArmor lets only programs that it knows make user namespaces (Ubuntu 23.10 and newer). */
    static boolean isRestricted() {
        return SystemFile.line(RESTRICTED).filter("1"::equals).isPresent();
    }

    /** The service's class-data archive, when one was made after the jar. */
    public Optional<Path> serviceArchive() {
        return archive("berth.jsa");
    }

    private Optional<Path> archive(String name) {
        Path archive = classPath.resolveSibling(name);
        try {
            return Files.exists(archive)
                            && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(classPath)) >= 0
                    ? Optional.of(archive)
                    : Optional.empty();
        } catch (java.io.IOException e) {
            return Optional.empty();
        }
    }
}
