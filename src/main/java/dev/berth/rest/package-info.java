/** Edge: the REST API. */
package dev.berth.rest;
