/**
 * Edge: the WebSockets of attach and exec. A client that asks for it ({@code ?viewers=true}) is also sent opcode 9, how many viewers
 * there are now (uint16); to every other client go the contract's frames only.
 */
package dev.berth.terminal;
