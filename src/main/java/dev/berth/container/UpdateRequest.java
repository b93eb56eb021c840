package dev.berth.container;

/**
 * What of a container can be changed after it was made; null = stays as it is.
 *
 * @param resources all of them: null in there = no limit, as when a container is made
 */
public record UpdateRequest(Resources resources, RestartPolicy restart) {}
