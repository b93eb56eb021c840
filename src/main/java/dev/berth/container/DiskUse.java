package dev.berth.container;

import dev.berth.image.ImageSummary;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/** How much of the disk images, containers and volumes take. Walks what containers and volumes wrote: not for every second. */
public record DiskUse(Part images, Part containers, Part volumes) {
    /**
     * @param size bytes
     * @param reclaimable bytes that nothing uses now
     */
    public record Part(int count, long size, long reclaimable) {}

    static DiskUse measure(
            ContainerPaths paths,
            List<ImageSummary> images,
            List<ContainerView> containers,
            List<Volumes.View> volumes) {
        long imageBytes = 0;
        long unusedImageBytes = 0;
        for (ImageSummary image : images) {
            imageBytes += image.size();
            unusedImageBytes += image.usedBy().isEmpty() ? image.size() - image.sharedSize() : 0;
        }
        long written = 0;
        long writtenByStopped = 0;
        for (ContainerView container : containers) {
            long bytes = bytes(paths.container(container.id()));
            written += bytes;
            writtenByStopped += container.state().isAlive() ? 0 : bytes;
        }
        long kept = 0;
        long unused = 0;
        for (Volumes.View volume : volumes) {
            long bytes = bytes(paths.volume(volume.name()));
            kept += bytes;
            unused += volume.usedBy().isEmpty() ? bytes : 0;
        }
        return new DiskUse(
                new Part(images.size(), imageBytes, unusedImageBytes),
                new Part(containers.size(), written, writtenByStopped),
                new Part(volumes.size(), kept, unused));
    }

    /** What cannot be looked at, or goes away meanwhile, does not count. */
    static long bytes(Path directory) {
        long[] sum = {0};
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    sum[0] += attributes.isRegularFile() ? attributes.size() : 0;
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            return sum[0];
        }
        return sum[0];
    }
}
