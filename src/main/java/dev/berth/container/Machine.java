package dev.berth.container;

import dev.berth.launcher.Launcher;
import dev.berth.linux.Syscalls;
import dev.berth.network.PortForwarder;
import dev.berth.network.Slirp4netns;
import dev.berth.rootfs.Layers;
import dev.berth.rootfs.Snapshots;
import dev.berth.rootfs.VolumeSeed;
import dev.berth.store.DataDirectory;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * What containers are made of on this machine.
 *
 * @param runtime the runtime directory
 * @param proc the proc file system
 * @param boot id of this boot
 * @param slirp finds the network helper, or says what to install
 */
public record Machine(
        Syscalls calls,
        DataDirectory data,
        Path runtime,
        Path proc,
        String boot,
        Layers layers,
        Snapshots snapshots,
        VolumeSeed seed,
        Launcher launcher,
        PortForwarder forwarder,
        Supplier<Slirp4netns> slirp) {
    ContainerTree tree() {
        return new ContainerTree(data.root(), runtime);
    }
}
