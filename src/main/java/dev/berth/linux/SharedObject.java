package dev.berth.linux;

import com.sun.jna.Native;

/** Binds native methods to a library that the dynamic linker finds by its full name. */
final class SharedObject {
    static {
        // Unless it is given a search path, JNA starts "ldconfig -p" to make one: another program in production, and
        // for nothing.
        if (System.getProperty("jna.platform.library.path") == null) {
            System.setProperty("jna.platform.library.path", "");
        }
    }

    private SharedObject() {}

    /** @param name as the linker knows it, with its version: libc.so.6 */
    static void bind(Class<?> methods, String name) {
        Native.register(methods, name);
    }
}
