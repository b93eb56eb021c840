package dev.berth.linux;

/** A shared library that Berth needs is not installed. */
public final class LibraryMissing extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LibraryMissing(String library, String debianPackage, Throwable cause) {
        super("cannot load %s; install it with: sudo apt-get install %s".formatted(library, debianPackage), cause);
    }
}
