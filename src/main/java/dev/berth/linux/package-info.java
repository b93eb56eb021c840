/** The kernel as Java sees it: the only package that imports JNA. */
package dev.berth.linux;
