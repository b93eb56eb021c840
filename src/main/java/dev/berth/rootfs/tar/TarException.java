package dev.berth.rootfs.tar;

import java.io.IOException;

/** An archive that is no tar, is cut, or lies; the message is the reason in a sentence. */
public final class TarException extends IOException {
    private static final long serialVersionUID = 1L;

    public TarException(String reason) {
        super(reason);
    }
}
