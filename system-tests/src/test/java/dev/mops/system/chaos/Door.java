package dev.mops.system.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A port that leads on to another, and that can be cut: then all its connections break, and no new ones are made. */
final class Door implements AutoCloseable {

    private final int port;
    private final int behind;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private @Nullable ServerSocket listening;

    Door(int port, int behind) {
        this.port = port;
        this.behind = behind;
    }

    int port() {
        return port;
    }

    synchronized void open() {
        if (listening != null) {
            return;
        }
        try {
            ServerSocket here = new ServerSocket();
            here.setReuseAddress(true);
            here.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 128);
            listening = here;
            Thread.ofVirtual().start(() -> accept(here));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void cut() {
        if (listening != null) {
            close(listening);
            listening = null;
            sockets.forEach(Door::close);
        }
    }

    @Override
    public void close() {
        cut();
    }

    private void accept(ServerSocket here) {
        while (!here.isClosed()) {
            try {
                Socket client = here.accept();
                Thread.ofVirtual().start(() -> join(here, client));
            } catch (IOException cut) {
                close(here);
            }
        }
    }

    private void join(ServerSocket here, Socket client) {
        try (client;
                Socket server = new Socket()) {
            sockets.add(client);
            sockets.add(server);
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), behind), 2_000);
            // Whoever came in at the very moment of the cut.
            if (here.isClosed()) {
                return;
            }
            Thread back = Thread.ofVirtual().start(() -> copy(server, client));
            copy(client, server);
            back.join();
        } catch (IOException nobodyBehind) {
            close(client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.removeIf(Socket::isClosed);
        }
    }

    /** Copies one direction; with its end both sides end. */
    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException broken) {
            // Its other side hears of it now.
        } finally {
            close(from);
            close(to);
        }
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
