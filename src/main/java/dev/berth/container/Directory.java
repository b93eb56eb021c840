package dev.berth.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * All containers by id and name, and who is told of their changes. The only place where records are written, so that what is told is
 * what is on the disk.
 */
final class Directory {
    /** A container as it is now, or that it is gone. */
    record Change(ContainerView view, boolean removed) {}

    private static final System.Logger LOG = System.getLogger(Directory.class.getName());

    private final ContainerRecords records;
    private final Map<String, Container> byId = new ConcurrentHashMap<>();
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();

    Directory(ContainerRecords records) {
        this.records = records;
    }

    /** Adds a container under its name; refuses a name that is taken. */
    synchronized void add(Container container) {
        refuseTaken(container.record().name(), null);
        records.write(container.record());
        byId.put(container.id(), container);
        tell(container);
    }

    /** Takes one that is on the disk already. */
    void adopt(Container container) {
        byId.put(container.id(), container);
    }

    synchronized void rename(Container container, ContainerName name) {
        refuseTaken(name, container);
        save(container, record -> record.named(name));
    }

    /** Changes and writes the record, and tells it. */
    void save(Container container, UnaryOperator<ContainerRecord> change) {
        keep(container, change);
        tell(container);
    }

    /** Changes and writes the record, and tells nobody yet. Changes of one container wait for each other: none is lost. */
    void keep(Container container, UnaryOperator<ContainerRecord> change) {
        synchronized (container) {
            if (container.isRemoved()) {
                return; // writing would bring its directory back
            }
            ContainerRecord changed = change.apply(container.record());
            records.write(changed);
            container.record(changed);
        }
    }

    /**
     * As {@link #keep}, of what has happened already: where it cannot be written, this service knows it all the same, and the next one
     * concludes it from what the monitor left.
     */
    void keepAnyhow(Container container, UnaryOperator<ContainerRecord> change) {
        try {
            keep(container, change);
        } catch (ContainerException.Failed e) {
            LOG.log(System.Logger.Level.WARNING, "container {0}: {1}", container.name(), e.getMessage());
            synchronized (container) {
                container.record(change.apply(container.record()));
            }
        }
    }

    void remove(Container container) {
        byId.remove(container.id());
        synchronized (container) {
            container.gone();
            Change change = new Change(container.view(), true);
            listeners.forEach(listener -> listener.accept(change));
        }
    }

    /** Under the container's lock, so that of two changes the later one is told later. */
    void tell(Container container) {
        synchronized (container) {
            if (container.isGone()) {
                return;
            }
            Change change = new Change(container.view(), false);
            listeners.forEach(listener -> listener.accept(change));
        }
    }

    AutoCloseable listen(Consumer<Change> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    List<Container> all() {
        return new ArrayList<>(byId.values());
    }

    /** By id, name or a beginning of the id that only one has. */
    Container find(String reference) {
        Container exact = byId.get(reference);
        if (exact != null) {
            return exact;
        }
        Optional<Container> named =
                byId.values().stream().filter(it -> it.name().equals(reference)).findFirst();
        if (named.isPresent()) {
            return named.get();
        }
        List<Container> matching = reference.isEmpty()
                ? List.of()
                : byId.values().stream()
                        .filter(it -> it.id().startsWith(reference))
                        .toList();
        if (matching.size() > 1) {
            throw new ContainerException.Conflict(
                    "ambiguous-id",
                    "several containers have an id that begins with " + reference + "; write more digits of it");
        }
        if (matching.isEmpty()) {
            throw new ContainerException.NotFound(
                    "there is no container " + reference + "; list them with: berth ps -a");
        }
        return matching.get(0);
    }

    ContainerName freeName(RandomGenerator random) {
        for (int attempt = 0; ; attempt++) {
            ContainerName name = ContainerName.random(random, attempt);
            if (byId.values().stream().noneMatch(it -> it.name().equals(name.value()))) {
                return name;
            }
        }
    }

    private void refuseTaken(ContainerName name, Container except) {
        for (Container other : byId.values()) {
            if (other != except && other.name().equals(name.value())) {
                throw new ContainerException.Conflict(
                        "name-taken",
                        "the name " + name + " is taken by container "
                                + other.id().substring(0, 12) + "; choose another, or remove that one with: berth rm "
                                + name);
            }
        }
    }
}
