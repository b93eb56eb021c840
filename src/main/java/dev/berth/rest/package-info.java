/** Edge: the REST API, version 1. Each resource parses, calls one use case and renders; refusals become problem documents in one place. */
package dev.berth.rest;
