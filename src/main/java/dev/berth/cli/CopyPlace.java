package dev.berth.cli;

/**
 * One side of {@code cp}.
 *
 * @param container null = this machine
 * @param path as it was typed: "-" of this machine is standard input or output
 */
record CopyPlace(String container, String path) {
    /** As docker's: {@code CONTAINER:PATH}; what begins with "/" or "." is a path of this machine, whatever it holds. */
    static CopyPlace parse(String word) {
        int colon = word.indexOf(':');
        return colon <= 0 || word.startsWith("/") || word.startsWith(".")
                ? new CopyPlace(null, word)
                : new CopyPlace(word.substring(0, colon), word.substring(colon + 1));
    }

    boolean isContainers() {
        return container != null;
    }

    boolean isStream() {
        return container == null && path.equals("-");
    }

    /** Whether the path says itself that it is a directory: by a slash or a dot at its end. */
    boolean assertsDirectory() {
        return path.endsWith("/")
                || path.equals(".")
                || path.equals("..")
                || path.endsWith("/.")
                || path.endsWith("/..");
    }

    /** The last name; "." where the path has none, such as "/" and "x/.": what is in that directory is meant then. */
    String base() {
        String trimmed = path.replaceFirst("/+$", "");
        String last = trimmed.substring(trimmed.lastIndexOf('/') + 1);
        return last.isEmpty() || last.equals("..") ? "." : last;
    }

    /** The path of the directory that it lies in. */
    String parent() {
        String trimmed = path.replaceFirst("/+$", "");
        int slash = trimmed.lastIndexOf('/');
        return slash > 0 ? trimmed.substring(0, slash) : slash == 0 || isContainers() ? "/" : ".";
    }

    /** The same side, another path. */
    CopyPlace at(String other) {
        return new CopyPlace(container, other);
    }

    @Override
    public String toString() {
        return isContainers() ? container + ":" + path : path;
    }
}
