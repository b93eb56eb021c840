package dev.berth.cli;

/**
 * Where a copy goes, by docker's rules.
 *
 * @param directory that exists, and in which the archive is unpacked
 * @param name of what is made there; "." = what is in the source
 */
record CopyTarget(String directory, String name) {
    /** What is at the destination already. */
    enum Existing {
        NOTHING,
        DIRECTORY,
        FILE
    }

    /**
     * @param source whose last name a copy in a directory has
     * @param directory whether the source is one
     * @param destination its links followed
     */
    static CopyTarget of(CopyPlace source, boolean directory, CopyPlace destination, Existing existing) {
        if (existing == Existing.DIRECTORY) {
            return new CopyTarget(destination.path(), source.base());
        }
        if (directory && existing == Existing.FILE) {
            throw new CliException(
                    "cannot copy " + source + " to " + destination + ": a directory cannot be copied to a file");
        }
        if (!directory && existing == Existing.NOTHING && destination.assertsDirectory()) {
            throw new CliException(
                    "cannot copy " + source + " to " + destination + ": there is no such directory; make it first");
        }
        CopyPlace named = destination.base().equals(".") ? destination.at(destination.parent()) : destination;
        return new CopyTarget(named.parent(), named.base());
    }
}
