package dev.berth.container;

import java.time.Instant;
import java.util.Map;

/**
 * Something that happened.
 *
 * @param type such as {@code container.started}
 * @param object id of the container, image or session
 */
public record Event(
        long sequence, Instant time, String type, String object, String name, Map<String, String> attributes) {}
