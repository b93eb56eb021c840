/**
 * Who may ask for what: host names, origins, the bearer token, sessions of the dashboard and their secrets. Plain Java; imports the JDK
 * only. The edges share it through one filter, so that none of them decides on its own.
 */
package dev.berth.access;
