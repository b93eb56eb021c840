/** Entering U1, paths, configuration, doctor. May import linux. */
package dev.berth.host;
