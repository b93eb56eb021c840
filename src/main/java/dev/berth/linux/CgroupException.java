package dev.berth.linux;

import java.nio.file.Path;

/** The kernel refuses a change of a control group. The message is one sentence without its end. */
public final class CgroupException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CgroupException(Path file, String why, Throwable cause) {
        super("cannot change the control group " + file + ": " + why, cause);
    }
}
