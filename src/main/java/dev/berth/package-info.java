/** Berth: a rootless container service. See docs/architecture.md for the map of packages. */
package dev.berth;
