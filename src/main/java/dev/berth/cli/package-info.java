/** Edge: the command line, a client of the REST API. */
package dev.berth.cli;
