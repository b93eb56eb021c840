package dev.berth.container;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** All containers, by id, by name and by the beginning of an id. For several threads at once. */
final class Shelf {
    private final Map<ContainerId, Container> byId = new ConcurrentHashMap<>();
    private final Map<ContainerName, ContainerId> names = new ConcurrentHashMap<>();

    Collection<Container> all() {
        return byId.values();
    }

    /** Takes a name for a container. @throws ContainerException.Conflict when another has it */
    void reserve(ContainerName name, ContainerId id) {
        ContainerId holder = names.putIfAbsent(name, id);
        if (holder != null && !holder.equals(id)) {
            throw new ContainerException.Conflict(
                    "name-taken",
                    "cannot use the name " + name + ": container " + holder.brief()
                            + " has it; choose another name or remove that container");
        }
    }

    boolean isFree(ContainerName name) {
        return !names.containsKey(name);
    }

    void release(ContainerName name, ContainerId id) {
        names.remove(name, id);
    }

    /** Null when there is none. */
    Container get(ContainerId id) {
        return byId.get(id);
    }

    void put(Container container) {
        byId.put(container.id(), container);
    }

    void remove(Container container) {
        byId.remove(container.id());
        release(container.record().name(), container.id());
    }

    /** @param text an id, a name or the beginning of an id that only one container has */
    Container find(String text) {
        if (ContainerId.isId(text) && byId.containsKey(new ContainerId(text))) {
            return byId.get(new ContainerId(text));
        }
        for (Map.Entry<ContainerName, ContainerId> entry : names.entrySet()) {
            if (entry.getKey().value().equals(text) && byId.containsKey(entry.getValue())) {
                return byId.get(entry.getValue());
            }
        }
        List<Container> matching = text.isEmpty()
                ? List.of()
                : byId.values().stream()
                        .filter(container -> container.id().value().startsWith(text))
                        .toList();
        if (matching.isEmpty()) {
            throw new ContainerException.NotFound("no container has the name or id \"" + text + "\"");
        }
        if (matching.size() > 1) {
            throw new ContainerException.NotFound("the id of " + matching.size() + " containers begins with \"" + text
                    + "\"; write more digits of it");
        }
        return matching.get(0);
    }
}
