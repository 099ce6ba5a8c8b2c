package dev.mops.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Leads the connections to one port on to any of the addresses that a host name stands for: instances of a service. */
final class Forwarder {

    private static final int CONNECT_MILLIS = 2_000;

    /** An instance that hangs says nothing for longer than a service ever does: its connections are given up. */
    private static final int SILENCE_MILLIS = 60_000;

    private static final int BACKLOG = 128;
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** The most connections at once: with their buffers they must fit into the heap of 16 MB. */
    private static final int CONNECTIONS = 200;

    private static final int BUFFER_BYTES = 4 * 1024;

    private Forwarder() {}

    /** Forwards until the end of the program: the port here, then the host and its port. */
    public static void main(String[] args) throws IOException {
        // Instances come and go: no name is remembered.
        java.security.Security.setProperty("networkaddress.cache.ttl", "0");
        java.security.Security.setProperty("networkaddress.cache.negative.ttl", "0");
        try (ServerSocket here = new ServerSocket(Integer.parseInt(args[0]), BACKLOG)) {
            forward(here, args[1], Integer.parseInt(args[2]), new Semaphore(CONNECTIONS));
        }
    }

    /** Forwards until the socket is closed, as many connections at once as there are places; the others wait. */
    static void forward(ServerSocket here, String host, int port, Semaphore places) {
        while (!here.isClosed()) {
            places.acquireUninterruptibly();
            Optional<Socket> client = accept(here);
            if (client.isEmpty()) {
                places.release();
                continue;
            }
            Thread.startVirtualThread(() -> {
                try {
                    join(client.get(), host, port);
                } finally {
                    places.release();
                }
            });
        }
    }

    /** The next client; none where the socket is closed, or where the system can't give one just now. */
    private static Optional<Socket> accept(ServerSocket here) {
        try {
            return Optional.of(here.accept());
        } catch (IOException e) {
            if (!here.isClosed()) {
                System.err.println("No connection is taken: " + e.getMessage());
                OsProcess.pause(PAUSE);
            }
            return Optional.empty();
        }
    }

    /** Makes one connection of two. It ends when the service ends it; that the client has said all is only passed on. */
    private static void join(Socket client, String host, int port) {
        try (client;
                Socket service = connect(host, port)) {
            Thread.startVirtualThread(() -> copy(client, service));
            copy(service, client);
        } catch (IOException nobodyThere) {
            System.err.println("No instance of " + host + " takes a connection: " + nobodyThere.getMessage());
        }
    }

    private static Socket connect(String host, int port) throws IOException {
        List<InetAddress> instances = Arrays.asList(InetAddress.getAllByName(host));
        Collections.shuffle(instances);
        IOException failure = new IOException("no address");
        for (InetAddress instance : instances) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(instance, port), CONNECT_MILLIS);
                socket.setSoTimeout(SILENCE_MILLIS);
                return socket;
            } catch (IOException away) {
                socket.close();
                failure = away;
            }
        }
        throw failure;
    }

    /** Copies one direction to its end, and tells the other side of that end. */
    private static void copy(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
