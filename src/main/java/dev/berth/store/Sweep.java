package dev.berth.store;

import dev.berth.oci.Digest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The reconciliation at start: what a crash or a power cut left behind is put right, and every correction is told in one sentence.
 * Blobs are compared by size, small ones (manifests and configurations) and those of another size than announced by digest.
 */
public final class Sweep {
    private static final long SMALL = 1 << 20;

    private final DataDirectory data;

    public Sweep(DataDirectory data) {
        this.data = data;
    }

    /** @return what was found and put right; empty after a clean stop */
    public List<String> run() {
        List<String> findings = new ArrayList<>();
        try {
            temporaryFiles(findings);
            brokenBlobs(findings);
            for (String entry : data.references().removeBroken(data.blobs()::has)) {
                findings.add("the manifest of " + entry + " is missing: its entry was removed; pull it again");
            }
        } catch (IOException failure) {
            throw StoreException.of("check data directory " + data.root(), failure);
        }
        return List.copyOf(findings);
    }

    private void temporaryFiles(List<String> findings) throws IOException {
        int count = 0;
        try (DirectoryStream<Path> left = Files.newDirectoryStream(data.paths().temporary())) {
            for (Path path : left) {
                data.trash().discard(path);
                count++;
            }
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(data.root(), ".{index.json,oci-layout}.*")) {
            for (Path path : left) {
                data.trash().discard(path);
                count++;
            }
        }
        if (count > 0) {
            findings.add("removed " + count + " unfinished files or directories of an interrupted run");
        }
    }

    private void brokenBlobs(List<String> findings) throws IOException {
        Map<Digest, OptionalLong> reachable = Reachable.from(data.references().roots(), data.blobs());
        for (Map.Entry<Digest, OptionalLong> entry : reachable.entrySet()) {
            Digest digest = entry.getKey();
            Path blob = data.paths().blob(digest);
            if (!Files.isRegularFile(blob)) {
                findings.add("blob " + digest + " of an image is missing; pull the image again");
            } else if (isBroken(digest, blob, entry.getValue())) {
                data.trash().discard(blob);
                findings.add("blob " + digest + " was damaged and is removed; pull the image again");
            }
        }
    }

    /** Another size than a manifest announces may be the manifest's lie about a blob that other images need. */
    private boolean isBroken(Digest digest, Path blob, OptionalLong announced) throws IOException {
        long size = Files.size(blob);
        boolean suspicious = announced.isPresent() && announced.getAsLong() != size;
        return (suspicious || size <= SMALL) && !data.blobs().isIntact(digest);
    }
}
