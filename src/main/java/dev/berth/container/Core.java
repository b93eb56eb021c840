package dev.berth.container;

/** What the use cases of containers share: the parts below, the places, who is there, and who is told. */
record Core(Engine engine, ContainerPaths paths, Directory directory, Events events, ControlGroups groups) {}
