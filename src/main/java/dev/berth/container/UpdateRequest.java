package dev.berth.container;

/**
 * What of a container can be changed after it was made; null = stays as it is.
 *
 * @param resources what is given of them: null in there = no limit
 */
public record UpdateRequest(ResourcesChange resources, RestartPolicy restart) {}
