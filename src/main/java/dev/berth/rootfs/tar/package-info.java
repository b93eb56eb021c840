/**
 * A reader of tar archives that keeps names and PAX values byte for byte, which no library for Java does (they decode UTF-8 and so
 * destroy file capabilities and names in other encodings). May import linux.
 */
package dev.berth.rootfs.tar;
