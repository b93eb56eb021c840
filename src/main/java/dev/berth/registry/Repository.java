package dev.berth.registry;

import dev.berth.oci.Reference;

/** A repository at its registry: what a token is for. */
record Repository(Origin origin, Reference reference) {

    static Repository of(Reference reference) {
        return new Repository(Origin.ofDomain(reference.domain()), reference);
    }

    /** @param rest {@code manifests/latest} */
    String path(String rest) {
        return "/v2/" + reference.path() + "/" + rest;
    }

    String pullScope() {
        return "repository:" + reference.path() + ":pull";
    }
}
