package dev.berth.files;

import dev.berth.linux.DirectoryEntry;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.Attributes;
import dev.berth.rootfs.tar.RawName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Tells what is in a directory, opening none of it. */
public final class TreeLister {
    /** More names than that nobody reads, and they would fill the memory. */
    public static final int MOST = 50_000;

    private final Syscalls calls;
    private final RootedTree tree;

    public TreeLister(Syscalls calls, RootedTree tree) {
        this.calls = calls;
        this.tree = tree;
    }

    /** What is in the directory at a path, by name. */
    public List<FileNode> directory(String path) {
        List<FileNode> nodes = new ArrayList<>();
        try (Fd handle = tree.directory(path);
                Fd open = new Fd(
                        calls, calls.openat(handle.number(), new byte[] {'.'}, Open.RDONLY | Open.DIRECTORY, 0))) {
            for (List<DirectoryEntry> batch = calls.getdents(open.number());
                    !batch.isEmpty();
                    batch = calls.getdents(open.number())) {
                for (DirectoryEntry entry : batch) {
                    child(open, path, entry.name()).ifPresent(nodes::add);
                }
                if (nodes.size() > MOST) {
                    throw new FilesException.Wrong(RawName.shown(path) + " holds more than " + MOST
                            + " names, more than are listed; take it as a tar stream");
                }
            }
        } catch (SyscallException e) {
            throw FilesException.of(e, RawName.shown(path));
        }
        nodes.sort(Comparator.comparing(FileNode::name));
        return nodes;
    }

    /** What is at the path itself. @param follow a symbolic link at its end */
    public FileNode self(String path, boolean follow) {
        try (Fd handle = tree.handle(path, follow)) {
            List<String> components = RawName.components(path);
            String name = components.isEmpty() ? "/" : components.get(components.size() - 1);
            return node(name, path, handle);
        } catch (SyscallException e) {
            throw FilesException.of(e, RawName.shown(path));
        }
    }

    /** Empty when it has gone since its name was read. */
    private Optional<FileNode> child(Fd directory, String path, byte[] name) {
        try (Fd handle = new Fd(calls, calls.openat(directory.number(), name, Open.PATH | Open.NOFOLLOW, 0))) {
            return Optional.of(node(RawName.of(name), path + "/" + RawName.of(name), handle));
        } catch (SyscallException e) {
            if (FilesException.isGone(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private FileNode node(String name, String path, Fd handle) {
        Stat stat = calls.fstat(handle.number());
        Attributes attributes = Attributes.portable(calls, handle);
        Optional<String> target = Optional.empty();
        Optional<String> leadsTo = Optional.empty();
        if (stat.isSymlink()) {
            target = Optional.of(RawName.of(calls.readlinkat(handle.number(), new byte[0])));
            leadsTo = Optional.ofNullable(tree.leadsTo(path)).map(FileNode::type);
        }
        return new FileNode(
                name,
                stat,
                Integer.toUnsignedLong(attributes.uid()),
                Integer.toUnsignedLong(attributes.gid()),
                target,
                leadsTo);
    }
}
