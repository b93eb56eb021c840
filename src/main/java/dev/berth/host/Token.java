package dev.berth.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;

/** The secret that API callers show as {@code Authorization: Bearer …}. Never printed by {@link #toString}. */
public record Token(String value) {
    private static final Pattern USABLE = Pattern.compile("[\\x21-\\x7e]{1,512}");
    private static final int BYTES = 32;

    public Token {
        if (!USABLE.matcher(value).matches()) {
            throw new HostException(
                    "cannot use this token: it must be 1 to 512 visible ASCII characters without a space");
        }
    }

    /** The token of {@code BERTH_TOKEN}, else the one in the file, which is made with a random value when missing. */
    public static Token of(Map<String, String> environment, Path file, Caller caller) {
        String given = environment.get("BERTH_TOKEN");
        if (given != null && !given.isEmpty()) {
            return new Token(given);
        }
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? read(file) : create(file, caller);
    }

    /** Reads the token file; refuses one that other users may read. */
    public static Token read(Path file) {
        try {
            int mode = (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 0777;
            if ((mode & 0077) != 0) {
                throw new HostException(
                        "cannot use the token in %s: its mode %04o lets other users read it; run: chmod 600 %s"
                                .formatted(file, mode, file));
            }
            return new Token(Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (NoSuchFileException e) {
            throw new HostException("no token in " + file + "; start the service once with: berth serve", e);
        } catch (IOException e) {
            throw new HostException("cannot read the token in " + file + ": " + PrivateDirectory.reason(e), e);
        }
    }

    /** Writes a new random token. When another process was faster, its token is the answer. */
    private static Token create(Path file, Caller caller) {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        Token token = new Token(Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
        PrivateDirectory.ensure(file.getParent(), caller);
        try {
            Path draft = Files.createTempFile(
                    file.getParent(),
                    ".token",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.writeString(
                        draft, token.value() + "\n", StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.SYNC);
                Files.createLink(file, draft); // unlike a rename this replaces nothing
            } catch (FileAlreadyExistsException e) {
                return read(file);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new HostException("cannot write the token to " + file + ": " + PrivateDirectory.reason(e), e);
        }
        return token;
    }

    /** Compares in constant time. */
    public boolean matches(String offered) {
        return offered != null
                && MessageDigest.isEqual(
                        value.getBytes(StandardCharsets.UTF_8), offered.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "Token[hidden]";
    }
}
