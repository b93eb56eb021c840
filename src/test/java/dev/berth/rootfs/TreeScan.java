package dev.berth.rootfs;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.linux.At;
import dev.berth.linux.DirectoryEntry;
import dev.berth.linux.Fd;
import dev.berth.linux.Mode;
import dev.berth.linux.Open;
import dev.berth.linux.Stat;
import dev.berth.linux.Syscalls;
import dev.berth.linux.Timestamp;
import dev.berth.oci.Digest;
import dev.berth.rootfs.tar.RawName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Everything that can be told about a tree, path by path; what is mounted on it is left out. */
public final class TreeScan {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Syscalls calls = Syscalls.linux();
    private final Map<String, Node> nodes = new TreeMap<>();
    private final Map<Long, TreeSet<String>> names = new TreeMap<>();

    private long mount;

    private TreeScan() {}

    /** @param links all names of the same file, in order */
    public record Node(
            String type,
            String mode,
            long uid,
            long gid,
            Timestamp modified,
            long device,
            String target,
            String content,
            String xattrs,
            String links) {}

    public static Map<String, Node> of(Path tree) {
        Syscalls calls = Syscalls.linux();
        try (Fd root = new Fd(calls, calls.openat(At.FDCWD, Syscalls.bytes(tree), Open.RDONLY | Open.DIRECTORY, 0))) {
            return of(root);
        }
    }

    /** @param root also of a detached mount */
    public static Map<String, Node> of(Fd root) {
        TreeScan scan = new TreeScan();
        try (Fd readable = new Fd(
                scan.calls, scan.calls.openat(root.number(), new byte[] {'.'}, Open.RDONLY | Open.DIRECTORY, 0))) {
            scan.mount = scan.calls.fstat(readable.number()).mount();
            scan.node(".", readable, scan.calls.fstat(readable.number()));
            scan.walk(readable, "");
        }
        scan.names
                .values()
                .forEach(group -> group.forEach(name -> scan.nodes.computeIfPresent(
                        name,
                        (key, node) -> new Node(
                                node.type,
                                node.mode,
                                node.uid,
                                node.gid,
                                node.modified,
                                node.device,
                                node.target,
                                node.content,
                                node.xattrs,
                                String.join(" = ", group)))));
        return scan.nodes;
    }

    /** A program of its own, for namespaces that a JVM cannot enter: prints the tree of its argument as JSON. */
    public static void main(String[] arguments) throws IOException {
        System.out.write(JSON.writeValueAsBytes(of(Path.of(arguments[0]))));
        System.out.flush();
    }

    /** What {@link #main} printed. */
    public static Map<String, Node> parse(byte[] json) throws IOException {
        return JSON.readValue(json, new TypeReference<TreeMap<String, Node>>() {});
    }

    private void walk(Fd directory, String path) {
        for (var batch = calls.getdents(directory.number());
                !batch.isEmpty();
                batch = calls.getdents(directory.number())) {
            for (DirectoryEntry entry : batch) {
                String child = path + RawName.of(entry.name());
                try (Fd handle =
                        new Fd(calls, calls.openat(directory.number(), entry.name(), Open.PATH | Open.NOFOLLOW, 0))) {
                    Stat stat = calls.fstat(handle.number());
                    if (stat.mount() != mount) {
                        continue;
                    }
                    node(child, handle, stat);
                    if (stat.isDirectory()) {
                        try (Fd inner = new Fd(
                                calls,
                                calls.openat(directory.number(), entry.name(), Open.RDONLY | Open.DIRECTORY, 0))) {
                            walk(inner, child + "/");
                        }
                    }
                }
            }
        }
    }

    private void node(String path, Fd handle, Stat stat) {
        byte[] magic = Syscalls.bytes(handle.procPath());
        Map<String, String> xattrs = new TreeMap<>();
        for (byte[] name : calls.listxattr(magic)) {
            xattrs.put(RawName.of(name), HexFormat.of().formatHex(calls.getxattr(magic, name)));
        }
        String target = stat.isSymlink() ? RawName.of(calls.readlinkat(handle.number(), new byte[0])) : "";
        nodes.put(
                path,
                new Node(
                        Integer.toOctalString(stat.mode() & Mode.TYPE),
                        Integer.toOctalString(stat.permissions()),
                        Integer.toUnsignedLong(stat.uid()),
                        Integer.toUnsignedLong(stat.gid()),
                        stat.modified(),
                        stat.rdevice(),
                        target,
                        stat.isRegular() ? content(magic) : "",
                        xattrs.toString(),
                        ""));
        if (!stat.isDirectory()) {
            names.computeIfAbsent(stat.inode(), inode -> new TreeSet<>()).add(path);
        }
    }

    private String content(byte[] path) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Fd file = new Fd(calls, calls.openat(At.FDCWD, path, Open.RDONLY, 0))) {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            while (calls.read(file.number(), buffer) > 0) {
                out.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
        }
        return out.size() + " " + Digest.of(out.toByteArray());
    }
}
