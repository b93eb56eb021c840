package dev.berth.cli;

import dev.berth.files.FilesException;
import dev.berth.files.Keep;
import dev.berth.files.LocalTree;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        footer = {
            "",
            "One of the two is CONTAINER:PATH, the other a path of this machine, or - for a tar stream on",
            "standard input or output. A directory is copied into one that exists, under its own name;",
            "what is in it, when its path ends in /. or when the destination does not exist yet.",
            "Copies into a container are root's there, copies out of it yours and never setuid."
        })
final class CpCommand extends ClientCommand {
    @Option(
            names = {"-a", "--archive"},
            description = "Into a container: keep owners and extended attributes")
    boolean archive;

    @Option(
            names = {"-L", "--follow-link"},
            description = "Copy what a symbolic link given as SOURCE leads to")
    boolean follow;

    @Option(
            names = {"-q", "--quiet"},
            description = "Do not say what was copied")
    boolean quiet;

    @Parameters(index = "0", paramLabel = "SOURCE", description = "CONTAINER:PATH, a path, or -")
    String source;

    @Parameters(index = "1", paramLabel = "DESTINATION", description = "Likewise")
    String destination;

    @Override
    int run(Context context) {
        CopyPlace from = place(source, "source");
        CopyPlace to = place(destination, "destination");
        if (from.isContainers() && to.isContainers()) {
            throw new CliException(
                    "cannot copy between containers; pipe it: berth cp " + from + " - | berth cp - " + to);
        }
        if (!from.isContainers() && !to.isContainers()) {
            throw new CliException("cannot copy: neither " + from + " nor " + to
                    + " is in a container; write one of them as CONTAINER:PATH");
        }
        try {
            long bytes = from.isContainers() ? out(context, from, to) : in(context, from, to);
            if (!quiet && !to.isStream()) {
                context.err().println("Successfully copied " + Human.size(bytes) + " to " + to);
            }
            return 0;
        } catch (FilesException e) {
            throw new CliException("cannot copy " + from + " to " + to + ": " + e.getMessage());
        } catch (IOException e) {
            throw new CliException("cannot copy " + from + " to " + to + ": " + e.getMessage());
        }
    }

    private static CopyPlace place(String word, String what) {
        CopyPlace place = CopyPlace.parse(word);
        if (place.path().isEmpty()) {
            throw new CliException("cannot copy: the " + what + " names no path");
        }
        return place;
    }

    private long out(Context context, CopyPlace from, CopyPlace to) throws IOException {
        ContainerFiles files = new ContainerFiles(context.api(), from.container());
        if (to.isStream()) {
            try (HttpResponse response = files.read(from.path(), follow, null)) {
                return print(response.body());
            }
        }
        boolean directory = files.see(from.path(), follow).get("type").text().equals("directory");
        CopyTarget target = CopyTarget.of(from, directory, local(to), existing(to));
        if (!Files.isDirectory(Path.of(target.directory()))) {
            throw new CliException("cannot copy to " + to + ": there is no directory " + target.directory());
        }
        try (HttpResponse response = files.read(from.path(), follow, target.name())) {
            Counted counted = new Counted(response.body());
            LocalTree.unpack(counted, target.directory());
            counted.transferTo(OutputStream.nullOutputStream());
            return counted.count;
        }
    }

    private long in(Context context, CopyPlace from, CopyPlace to) throws IOException {
        ContainerFiles files = new ContainerFiles(context.api(), to.container());
        CopyPlace end = files.followed(to);
        CopyTarget.Existing existing = files.look(end.path(), true)
                .map(found -> existing(to, found.get("type").text()))
                .orElse(CopyTarget.Existing.NOTHING);
        if (from.isStream()) {
            if (existing != CopyTarget.Existing.DIRECTORY) {
                throw new CliException("cannot copy to " + to + ": a tar stream needs a directory that exists");
            }
            return files.write(end.path(), new FileInputStream(FileDescriptor.in)::transferTo);
        }
        Path path = Path.of(from.path());
        boolean followed = follow || from.assertsDirectory();
        if (followed ? !Files.exists(path) : !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new CliException("cannot copy " + from + ": there is no such file or directory");
        }
        boolean directory = followed ? Files.isDirectory(path) : Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        CopyTarget target = CopyTarget.of(from, directory, end, existing);
        Keep keep = new Keep(archive, archive);
        return files.write(target.directory(), out -> LocalTree.pack(from.path(), followed, target.name(), keep, out));
    }

    private static CopyTarget.Existing existing(CopyPlace to, String type) {
        return switch (type) {
            case "directory" -> CopyTarget.Existing.DIRECTORY;
            case "file" -> CopyTarget.Existing.FILE;
            default ->
                throw new CliException("cannot copy to " + to + ": it is a " + type + ", neither directory nor file");
        };
    }

    private static CopyTarget.Existing existing(CopyPlace to) {
        Path path = Path.of(to.path());
        if (!Files.exists(path)) {
            return CopyTarget.Existing.NOTHING;
        }
        return existing(to, Files.isDirectory(path) ? "directory" : Files.isRegularFile(path) ? "file" : "device");
    }

    /** Where a symbolic link leads that is given as destination: the link itself stays. */
    private static CopyPlace local(CopyPlace to) throws IOException {
        Path path = Path.of(to.path());
        return Files.isSymbolicLink(path) && Files.exists(path)
                ? to.at(path.toRealPath().toString())
                : to;
    }

    private static long print(InputStream in) throws IOException {
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        byte[] buffer = new byte[64 * 1024];
        long total = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            try {
                out.write(buffer, 0, count);
            } catch (IOException e) {
                throw new BrokenPipe();
            }
            total += count;
        }
        return total;
    }

    private static final class Counted extends FilterInputStream {
        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            count += one < 0 ? 0 : 1;
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            count += Math.max(0, read);
            return read;
        }
    }
}
