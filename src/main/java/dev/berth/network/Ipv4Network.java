package dev.berth.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Addresses with a common beginning.
 *
 * @param address one of them, in network byte order
 * @param prefix how many bits are common, 0 to 32
 */
record Ipv4Network(int address, int prefix) {
    static Ipv4Network of(InetAddress address, int prefix) {
        return new Ipv4Network(
                ByteBuffer.wrap(((Inet4Address) address).getAddress()).getInt(), prefix);
    }

    boolean overlaps(Ipv4Network other) {
        int common = Math.min(prefix, other.prefix);
        return common == 0 || (address ^ other.address) >>> (Integer.SIZE - common) == 0;
    }
}
