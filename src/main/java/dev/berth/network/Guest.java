package dev.berth.network;

import java.nio.file.Path;

/**
 * A running container, as ports lead to it.
 *
 * @param runtimeDirectory where the sockets of its slirp4netns and its relay are
 * @param address its own
 */
public record Guest(Path runtimeDirectory, String address) {}
