package dev.berth.container;

import java.time.Instant;
import java.util.Map;

/**
 * Something that happened (API.md).
 *
 * @param object the id of what it happened to
 * @param name how people call that; null where it has no name
 */
public record Event(
        long sequence, Instant time, String type, String object, String name, Map<String, String> attributes) {}
