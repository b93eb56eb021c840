package dev.berth.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.lang.ref.Reference;
import java.util.List;

/** A NULL-terminated array of C strings, which lives as long as this object. */
final class CStrings {
    private final Memory strings;
    private final Memory array;

    private CStrings(Memory strings, Memory array) {
        this.strings = strings;
        this.array = array;
    }

    static CStrings of(List<String> texts) {
        List<byte[]> bytes =
                texts.stream().map(text -> Kernel.cString("execve", text)).toList();
        Memory strings = new Memory(1 + bytes.stream().mapToLong(b -> b.length).sum());
        Memory array = new Memory((long) Native.POINTER_SIZE * (bytes.size() + 1));
        long at = 0;
        for (int i = 0; i < bytes.size(); i++) {
            strings.write(at, bytes.get(i), 0, bytes.get(i).length);
            array.setPointer((long) i * Native.POINTER_SIZE, strings.share(at));
            at += bytes.get(i).length;
        }
        array.setPointer((long) bytes.size() * Native.POINTER_SIZE, Pointer.NULL);
        return new CStrings(strings, array);
    }

    Pointer pointer() {
        return array;
    }

    /** To be called after the native call, which sees only addresses: until here the strings are not freed. */
    void keepUntilHere() {
        Reference.reachabilityFence(this);
        Reference.reachabilityFence(strings);
    }
}
