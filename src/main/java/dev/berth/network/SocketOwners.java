package dev.berth.network;

import dev.berth.network.PortHolders.Holder;
import java.util.Map;

/** Knows which program has which socket of the machine, as far as its user may know it. */
public interface SocketOwners {
    /** The programs by the inodes of their sockets. */
    Map<Long, Holder> holders();
}
