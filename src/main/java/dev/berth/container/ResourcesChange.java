package dev.berth.container;

import java.util.function.UnaryOperator;

/**
 * What is to change of the limits of a container: a field that is absent stays as it is, null takes that limit away. A bean and no record,
 * for only a setter tells the two apart. For one thread.
 */
public final class ResourcesChange {
    private UnaryOperator<Long> memory = UnaryOperator.identity();
    private UnaryOperator<Long> memorySwap = UnaryOperator.identity();
    private UnaryOperator<Double> cpus = UnaryOperator.identity();
    private UnaryOperator<Long> pids = UnaryOperator.identity();

    public void setMemory(Long bytes) {
        memory = before -> bytes;
    }

    public void setMemorySwap(Long bytes) {
        memorySwap = before -> bytes;
    }

    public void setCpus(Double cores) {
        cpus = before -> cores;
    }

    public void setPids(Long processes) {
        pids = before -> processes;
    }

    /** @throws ContainerException.Invalid when what comes out cannot be */
    Resources of(Resources before) {
        try {
            return new Resources(
                    memory.apply(before.memory()),
                    memorySwap.apply(before.memorySwap()),
                    cpus.apply(before.cpus()),
                    pids.apply(before.pids()));
        } catch (ContainerException.Invalid e) {
            throw e.within("resources");
        }
    }
}
