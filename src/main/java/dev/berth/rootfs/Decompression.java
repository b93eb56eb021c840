package dev.berth.rootfs;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import dev.berth.rootfs.tar.TarException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Unpacks a stream, such as that of a layer, by what its first bytes say, as docker does: media types are often wrong about it. */
public final class Decompression {
    /** The window that the zstd program accepts unless told otherwise: 128 MiB. */
    private static final int ZSTD_WINDOW_LOG = 27;

    private Decompression() {}

    public static InputStream of(InputStream packed) throws IOException {
        BufferedInputStream in = new BufferedInputStream(packed, 1 << 16);
        in.mark(8);
        byte[] first = in.readNBytes(6);
        in.reset();
        if (startsWith(first, 0x1f, 0x8b)) {
            return new GzipMembers(in);
        }
        if (startsWith(first, 0x28, 0xb5, 0x2f, 0xfd) || isSkippable(first)) {
            return zstd(in);
        }
        if (startsWith(first, 0xfd, '7', 'z', 'X', 'Z')) {
            throw new TarException("it is packed with xz, which the image specification does not know");
        }
        if (startsWith(first, 'B', 'Z', 'h')) {
            throw new TarException("it is packed with bzip2, which the image specification does not know");
        }
        return in;
    }

    /** The library is in C, and comes out of the jar when it is first needed. */
    private static InputStream zstd(InputStream in) throws IOException {
        try {
            return new Zstd(new ZstdInputStream(in).setLongMax(ZSTD_WINDOW_LOG));
        } catch (LinkageError unloadable) {
            String folder = System.getProperty("ZstdTempFolder", System.getProperty("java.io.tmpdir"));
            throw new IOException(
                    "the library for zstd cannot be loaded from " + folder
                            + "; make room there, on a file system that allows programs (not noexec), and start Berth again",
                    unloadable);
        }
    }

    private static boolean isSkippable(byte[] first) {
        return first.length >= 4
                && (first[0] & 0xf0) == 0x50
                && startsWith(new byte[] {first[1], first[2], first[3]}, 0x2a, 0x4d, 0x18);
    }

    private static boolean startsWith(byte[] bytes, int... magic) {
        if (bytes.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    /** Says the library's errors as sentences. */
    private static final class Zstd extends FilterInputStream {
        Zstd(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return super.read(into, offset, length);
            } catch (ZstdIOException damaged) {
                throw new TarException("its zstd stream is damaged or cut off: " + damaged.getMessage());
            }
        }
    }
}
