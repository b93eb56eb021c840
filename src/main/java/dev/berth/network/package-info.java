/** slirp4netns and its API, port forwards. May import linux. */
package dev.berth.network;
