package dev.berth.container;

import dev.berth.image.Images;
import dev.berth.launcher.Launcher;
import dev.berth.linux.CgroupHome;
import dev.berth.linux.Syscalls;
import dev.berth.network.PortForwarder;
import dev.berth.network.PortHolders;
import dev.berth.network.Subnet;
import dev.berth.rootfs.Layers;
import dev.berth.rootfs.Snapshots;
import dev.berth.rootfs.VolumeSeed;
import dev.berth.store.DataDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The parts below that containers stand on.
 *
 * @param network arguments of the program that connects a container; asked at each start, so that a missing one is told then
 * @param subnet the addresses for one that starts now: the machine's own may change
 */
public record Engine(
        Syscalls calls,
        DataDirectory data,
        Path runtimeDir,
        Images images,
        ImageSource imageSource,
        Layers layers,
        Snapshots snapshots,
        VolumeSeed volumeSeed,
        Launcher launcher,
        CgroupHome cgroups,
        PortForwarder forwarder,
        PortHolders portHolders,
        Function<Subnet, List<String>> network,
        Supplier<Subnet> subnet,
        Clock clock) {}
