/**
 * Edge: the pages, their files, the sessions of browsers, and the one live socket of each tab. Pages hold no data and no secret: the
 * cookie, which every port of the host name is sent, shows a page and nothing else. May import container, image, host, oci and access.
 */
package dev.berth.dashboard;
