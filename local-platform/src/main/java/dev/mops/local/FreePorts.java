package dev.mops.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that nobody listens on. */
public final class FreePorts {

    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 30_000;

    private FreePorts() {}

    /**
     * A free port on the loopback address, below those that the system gives to outgoing connections: a server that
     * stops and comes back on it must not find it taken by one of its own clients.
     */
    public static int find() {
        return find(1)[0];
    }

    /** As many different ones. */
    static int[] find(int count) {
        int[] ports = ThreadLocalRandom.current()
                .ints(LOWEST, HIGHEST)
                .limit(10_000)
                .distinct()
                .filter(FreePorts::isFree)
                .limit(count)
                .toArray();
        if (ports.length < count) {
            throw new LocalPlatformException("No free port between " + LOWEST + " and " + HIGHEST);
        }
        return ports;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
