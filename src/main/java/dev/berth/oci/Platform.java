package dev.berth.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Operating system, architecture and variant in Go's names, normalised as containerd does: {@code x86_64} is
 * {@code amd64}, {@code arm} without a variant is {@code v7}, {@code arm64/v8} is {@code arm64}.
 *
 * @param variant empty when the architecture has none
 */
public record Platform(String os, String architecture, String variant) {

    private static final Pattern COMPONENT = Pattern.compile("[a-z0-9][a-z0-9_.-]*");

    public Platform {
        os = os.toLowerCase(Locale.ROOT);
        architecture = architecture.toLowerCase(Locale.ROOT);
        variant = variant.toLowerCase(Locale.ROOT);
        switch (architecture) {
            case "x86_64", "x86-64" -> architecture = "amd64";
            case "aarch64" -> architecture = "arm64";
            case "i386", "i486", "i586", "i686", "x86" -> architecture = "386";
            case "loongarch64" -> architecture = "loong64";
            case "mips64el" -> architecture = "mips64le";
            case "armhf" -> {
                architecture = "arm";
                variant = "v7";
            }
            case "armel" -> {
                architecture = "arm";
                variant = "v6";
            }
            default -> {}
        }
        if (!variant.isEmpty() && Character.isDigit(variant.charAt(0))) {
            variant = "v" + variant;
        }
        if (architecture.equals("arm") && variant.isEmpty()) {
            variant = "v7";
        }
        if (architecture.equals("arm64") && variant.equals("v8")
                || architecture.equals("amd64") && variant.equals("v1")) {
            variant = "";
        }
    }

    /** @param text {@code os/architecture[/variant]}, or an architecture alone, which means linux */
    public static Platform parse(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split("/", -1);
        boolean readable = parts.length <= 3
                && Stream.of(parts).allMatch(p -> COMPONENT.matcher(p).matches());
        if (!readable || text.equalsIgnoreCase("linux")) {
            throw new OciException.BadPlatform(text, "it must look like linux/amd64 or linux/arm/v7");
        }
        return parts.length == 1
                ? new Platform("linux", parts[0], "")
                : new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
    }

    /** What this machine runs. */
    public static Platform host() {
        return host(System.getProperty("os.arch"), Path.of("/proc/cpuinfo"));
    }

    static Platform host(String arch, Path cpuinfo) {
        return new Platform(
                "linux", arch, arch.equals("arm") ? armVariant(cpuinfo).orElse("") : "");
    }

    private static Optional<String> armVariant(Path cpuinfo) {
        try (Stream<String> lines = Files.lines(cpuinfo)) {
            return lines.filter(line -> line.startsWith("CPU architecture"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .filter(version -> version.matches("[5-8]"))
                    .map(version -> version.equals("8") ? "v7" : "v" + version)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What may run where this platform is asked for, best first: a 32-bit arm also runs what was built for older ones. */
    List<Platform> acceptable() {
        if (!variant.matches("v[1-9]") || !(architecture.equals("arm") || architecture.equals("amd64"))) {
            return List.of(this);
        }
        int newest = variant.charAt(1) - '0';
        int oldest = architecture.equals("arm") ? 5 : 1;
        return IntStream.iterate(newest, v -> v >= oldest, v -> v - 1)
                .mapToObj(v -> new Platform(os, architecture, "v" + v))
                .toList();
    }

    /** What runs too, and is taken where there is nothing better: 32-bit programs on an amd64, as containerd has it. */
    List<Platform> lastChoice() {
        return architecture.equals("amd64") ? List.of(new Platform(os, "386", "")) : List.of();
    }

    /** Whether an image for {@code other} is what is meant where this platform is asked for. */
    public boolean means(Platform other) {
        return equals(other) || acceptable().contains(other);
    }

    /** Whether an image for {@code other} may run where this platform is asked for. */
    public boolean accepts(Platform other) {
        return means(other) || lastChoice().contains(other);
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
