/** Edge: the pages. */
package dev.berth.dashboard;
