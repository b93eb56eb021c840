package dev.berth.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What a user has for a registry: name and password, or an identity token to be exchanged (OAuth2).
 *
 * @param identityToken empty for name and password
 */
record Credentials(String username, String password, String identityToken) {

    boolean hasIdentityToken() {
        return !identityToken.isEmpty();
    }

    String basic() {
        byte[] pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    @Override
    public String toString() {
        return "Credentials[" + username + "]";
    }
}
