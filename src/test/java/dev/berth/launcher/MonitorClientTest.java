package dev.berth.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitorClientTest {
    @TempDir
    Path directory;

    /** Ends between the connection and the first word to it. */
    @Test
    void aMonitorThatEndsAtOnceLeavesNoDescriptor() throws Exception {
        Set<Integer> open = new HashSet<>();
        try (ServerSocketChannel monitor = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            monitor.bind(UnixDomainSocketAddress.of(directory.resolve(MonitorClient.SOCKET)));
            Syscalls calls = observed((call, arguments, result) -> {
                switch (call) {
                    case "unixSocket", "openat" -> open.add((Integer) result);
                    case "close" -> open.remove((Integer) arguments[0]);
                    case "connect" -> monitor.close();
                    default -> {}
                }
            });
            assertThrows(MonitorGone.class, () -> MonitorClient.connect(calls, directory, new Nobody()));
        }
        assertEquals(Set.of(), open);
    }

    /** As a monitor does that has no place left: the kernel has made the connection by then. */
    @Test
    void oneThatIsTurnedAwayIsNoConnection() throws Exception {
        try (ServerSocketChannel monitor = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            monitor.bind(UnixDomainSocketAddress.of(directory.resolve(MonitorClient.SOCKET)));
            CompletableFuture<Void> turnedAway = CompletableFuture.runAsync(() -> {
                try {
                    monitor.accept().close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Syscalls calls = observed((call, arguments, result) -> {});
            assertThrows(MonitorGone.class, () -> MonitorClient.connect(calls, directory, new Nobody()));
            turnedAway.get(20, TimeUnit.SECONDS);
        }
    }

    private static final class Nobody implements MonitorClient.Listener {
        @Override
        public void appended(long end) {
            fail("a monitor that is gone told something");
        }

        @Override
        public void exited(int code, int signal, long end) {
            fail("a monitor that is gone told an end");
        }

        @Override
        public void closed() {
            fail("there was no connection to close");
        }
    }

    private interface Observer {
        void called(String call, Object[] arguments, Object result) throws IOException;
    }

    /** The kernel, and who is told of each call that succeeded. */
    private static Syscalls observed(Observer observer) {
        return (Syscalls) Proxy.newProxyInstance(
                Syscalls.class.getClassLoader(), new Class<?>[] {Syscalls.class}, (proxy, call, arguments) -> {
                    Object result = kernel(call, arguments);
                    observer.called(call.getName(), arguments, result);
                    return result;
                });
    }

    private static Object kernel(Method call, Object[] arguments) throws Throwable {
        try {
            return call.invoke(Syscalls.linux(), arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
