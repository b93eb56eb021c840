/**
 * Where Berth lives on this machine: paths and configuration, the record by which clients find the service, entering U1, and
 * {@code doctor}. May import linux (and Jackson's parser, for its own records).
 */
package dev.berth.host;
