/** Edge: the WebSockets of attach and exec. */
package dev.berth.terminal;
