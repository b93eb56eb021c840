/**
 * Distribution client: one class per endpoint, one caller that owns HTTP, authentication, redirects and retry. May import
 * oci and Vert.x, and Jackson in what reads small answers.
 */
package dev.berth.registry;
