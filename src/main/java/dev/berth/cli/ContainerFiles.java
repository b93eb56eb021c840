package dev.berth.cli;

import java.util.Optional;

/** Files of one container, by the API. */
final class ContainerFiles {
    private static final int MAX_LINKS = 40;

    private final Api api;
    private final String container;

    ContainerFiles(Api api, String container) {
        this.api = api;
        this.container = container;
    }

    /** What is at a path; empty when nothing is. @param follow a symbolic link at its end */
    Optional<Json> look(String path, boolean follow) {
        // A container that is not there is to be told as that.
        api.get(ContainersCommand.path(container, ""));
        try {
            return Optional.of(see(path, follow));
        } catch (CliException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** As {@link #look}, where nothing is an error. */
    Json see(String path, boolean follow) {
        return api.get(files("/files/list", path) + "&self=true&follow=" + follow)
                .list()
                .get(0);
    }

    /** Where the symbolic links at the end of a path lead. */
    CopyPlace followed(CopyPlace place) {
        CopyPlace at = place;
        for (int links = 0; links < MAX_LINKS; links++) {
            Json found = look(at.path(), false).orElse(Json.NULL);
            if (!found.get("type").text().equals("symlink")) {
                return at;
            }
            String target = found.get("linkTarget").text();
            at = at.at(target.startsWith("/") ? target : at.parent() + "/" + target);
        }
        throw new CliException("cannot copy to " + place + ": it leads through too many symbolic links");
    }

    HttpResponse read(String path, boolean follow, String name) {
        String called = name == null ? "" : "&name=" + Api.escape(name);
        return api.request("GET", files("/files", path) + "&follow=" + follow + called, null, "application/x-tar");
    }

    /** @return the bytes of the archive */
    long write(String directory, Api.Content archive) {
        return api.upload(files("/files", directory), archive);
    }

    private String files(String action, String path) {
        return ContainersCommand.path(container, action) + "?path=" + Api.escape(path);
    }
}
