package dev.berth.registry;

import io.netty.handler.ssl.NotSslRecordException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;

/** Why no TLS came about, in words for who can change it. What the other side sent is never shown as it is. */
final class TlsFailure {

    private static final int SHOWN = 150;

    private TlsFailure() {}

    /** The innermost cause says most: those around it only that something failed. */
    static String sentence(Throwable failure) {
        Throwable innermost = failure;
        for (Throwable t = failure; t != null; t = t.getCause()) {
            Optional<String> known = known(t);
            if (known.isPresent()) {
                return known.get();
            }
            innermost = t;
        }
        return innermost.getMessage() == null
                ? "the other side ended the connection; check its address and port"
                : printable(innermost.getMessage());
    }

    private static Optional<String> known(Throwable t) {
        if (t instanceof NotSslRecordException) {
            return Optional.of("it answers without TLS, as for plain HTTP; check its address and port");
        }
        if (t instanceof CertificateExpiredException) {
            return Optional.of("its certificate has expired; tell who runs it, or set this machine's clock");
        }
        if (t instanceof CertificateNotYetValidException) {
            return Optional.of("its certificate is not valid yet; set this machine's clock, or tell who runs it");
        }
        if (t instanceof CertPathBuilderException) {
            return Optional.of("its certificate is of an issuer that Java does not know here;"
                    + " add the issuer's certificate to those that this machine trusts");
        }
        return t instanceof CertificateException ? aboutTheName(String.valueOf(t.getMessage())) : Optional.empty();
    }

    private static Optional<String> aboutTheName(String message) {
        if (message.startsWith("Illegal given domain name")) {
            return Optional.of("Java accepts no certificate for a host name with an underscore; tell who runs it");
        }
        boolean otherName = message.matches("(?s)No (name|subject alternative).*");
        return otherName ? Optional.of("its certificate is for another host name; check the name") : Optional.empty();
    }

    private static String printable(String message) {
        String plain = message.replaceAll("[^\\x20-\\x7e]", "?");
        return plain.length() > SHOWN ? plain.substring(0, SHOWN) + "…" : plain;
    }
}
