package dev.berth.oci;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an image, by docker's rules: {@code alpine} is {@code docker.io/library/alpine:latest}, {@code me/x} is
 * {@code docker.io/me/x:latest}; a first component with a dot, a colon, an upper-case letter, or {@code localhost}
 * names a registry. There is always a tag or a digest, perhaps both.
 *
 * @see <a href="https://github.com/distribution/reference">github.com/distribution/reference</a>, the grammar
 */
public record Reference(String domain, String path, Optional<String> tag, Optional<Digest> digest) {

    public static final String DOCKER_HUB = "docker.io";

    private static final String LEGACY_DOCKER_HUB = "index.docker.io";
    private static final String LIBRARY = "library/";
    private static final String LATEST = "latest";
    private static final int PATH_LIMIT = 255;
    /** Longer text is not even matched: no name can be longer. */
    private static final int TEXT_LIMIT = 1024;

    private static final String LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private static final Pattern DOMAIN =
            Pattern.compile("(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[a-fA-F0-9:]+])(?::[0-9]+)?");
    private static final String COMPONENT = "[a-z0-9]++(?:(?:[._]|__|-++)[a-z0-9]++)*+";
    private static final Pattern PATH = Pattern.compile(COMPONENT + "(?:/" + COMPONENT + ")*+");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");
    private static final Pattern PORT = Pattern.compile(".*:([0-9]+)");

    public Reference {
        String shown = domain + "/" + path;
        if (!DOMAIN.matcher(domain).matches() || !portInRange(domain) || !isAddress(domain)) {
            throw new OciException.BadReference(shown, Text.quote(domain) + " is not a registry's host name");
        }
        if (!path.equals(path.toLowerCase(Locale.ROOT))) {
            throw new OciException.BadReference(shown, "the repository's name must be lower case");
        }
        if (path.length() > PATH_LIMIT) {
            throw new OciException.BadReference(shown, "the repository's name is longer than 255 characters");
        }
        if (!PATH.matcher(path).matches()) {
            throw new OciException.BadReference(
                    shown, "a repository's name is lower-case letters and digits, joined by one of . _ __ - /");
        }
        if (tag.isPresent() && !TAG.matcher(tag.get()).matches()) {
            throw new OciException.BadReference(
                    shown + ":" + tag.get(),
                    "a tag is at most 128 letters, digits, dots, dashes and underscores, and begins with none of . -");
        }
        if (tag.isEmpty() && digest.isEmpty()) {
            tag = Optional.of(LATEST);
        }
    }

    /** @throws OciException.BadReference with a sentence that says what is wrong */
    public static Reference parse(String text) {
        if (text.isBlank()) {
            throw new OciException.BadReference(text, "it is empty");
        }
        if (text.length() > TEXT_LIMIT) {
            throw new OciException.BadReference(text, "it is longer than any image's name can be");
        }
        if (IDENTIFIER.matcher(text).matches()) {
            throw new OciException.BadReference(
                    text, "64 hex digits are an id, not a name; write name@sha256:<digest>");
        }
        if (text.contains("://")) {
            throw new OciException.BadReference(text, "leave out the scheme: registry.example/name:tag");
        }
        int at = text.indexOf('@');
        String named = at < 0 ? text : text.substring(0, at);
        Optional<Digest> digest = at < 0 ? Optional.empty() : Optional.of(digestOf(text, text.substring(at + 1)));
        int colon = named.lastIndexOf(':');
        boolean tagged = colon > named.lastIndexOf('/') && !named.endsWith("]");
        String name = tagged ? named.substring(0, colon) : named;
        Optional<String> tag = tagged ? Optional.of(named.substring(colon + 1)) : Optional.empty();
        return ofName(text, name, tag, digest);
    }

    private static Reference ofName(String text, String name, Optional<String> tag, Optional<Digest> digest) {
        int slash = name.indexOf('/');
        boolean hasDomain = slash >= 0 && namesRegistry(name.substring(0, slash));
        String domain = hasDomain ? name.substring(0, slash) : DOCKER_HUB;
        String path = hasDomain ? name.substring(slash + 1) : name;
        if (path.isEmpty()) {
            throw new OciException.BadReference(text, "the repository's name is missing");
        }
        if (domain.equals(LEGACY_DOCKER_HUB)) {
            domain = DOCKER_HUB;
        }
        if (domain.equals(DOCKER_HUB) && path.indexOf('/') < 0) {
            path = LIBRARY + path;
        }
        return new Reference(domain, path, tag, digest);
    }

    private static boolean namesRegistry(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
    }

    /** What stands in brackets must be an address of IPv6. */
    private static boolean isAddress(String domain) {
        try {
            return !domain.startsWith("[") || URI.create("https://" + domain).getHost() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean portInRange(String domain) {
        Matcher port = PORT.matcher(domain);
        if (!port.matches() || domain.endsWith("]")) {
            return true;
        }
        String digits = port.group(1);
        return digits.length() <= 5 && Integer.parseInt(digits) <= 65535;
    }

    private static Digest digestOf(String text, String digest) {
        try {
            return Digest.parse(digest);
        } catch (OciException.BadDigest e) {
            throw new OciException.BadReference(text, "what follows @ is no digest like sha256:<64 hex digits>");
        }
    }

    /** The same repository with this tag, and no digest. */
    public Reference withTag(String other) {
        return new Reference(domain, path, Optional.of(other), Optional.empty());
    }

    /** The same repository at this digest, and no tag. */
    public Reference withDigest(Digest pinned) {
        return new Reference(domain, path, Optional.empty(), Optional.of(pinned));
    }

    /** Registry and path, without tag or digest. */
    public String repository() {
        return domain + "/" + path;
    }

    /** What names the manifest in a request: the digest if there is one, else the tag. */
    public String identifier() {
        return digest.map(Digest::toString).or(this::tag).orElseThrow();
    }

    /** The whole name, as it is recorded. Parses to an equal value. */
    public String canonical() {
        return repository() + suffix();
    }

    /** As people write it: without what docker's rules add, except that the tag is kept. */
    public String familiar() {
        if (!domain.equals(DOCKER_HUB)) {
            return canonical();
        }
        boolean official = path.startsWith(LIBRARY) && path.indexOf('/', LIBRARY.length()) < 0;
        String name = official ? path.substring(LIBRARY.length()) : path;
        // a repository docker.io/localhost/x or docker.io/a.b/x would read as another registry's without its domain
        boolean ambiguous = name.indexOf('/') >= 0 && namesRegistry(name.substring(0, name.indexOf('/')));
        return (ambiguous ? repository() : name) + suffix();
    }

    private String suffix() {
        return tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
    }

    @Override
    public String toString() {
        return canonical();
    }
}
