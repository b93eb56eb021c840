/**
 * Edge: the WebSockets of attach and exec. Beside the frames of the contract the server sends opcode 9, how many viewers there are now
 * (uint16); clients pass over opcodes that they do not know.
 */
package dev.berth.terminal;
