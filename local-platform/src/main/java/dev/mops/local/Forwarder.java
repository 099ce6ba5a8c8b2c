package dev.mops.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Leads the connections to one port on to any of the addresses that a host name stands for: instances of a service. */
final class Forwarder {

    private static final int CONNECT_MILLIS = 2_000;
    private static final int BACKLOG = 128;

    private Forwarder() {}

    /** Forwards until the end of the program: the port here, then the host and its port. */
    public static void main(String[] args) throws IOException {
        // Instances come and go: no name is remembered.
        java.security.Security.setProperty("networkaddress.cache.ttl", "0");
        java.security.Security.setProperty("networkaddress.cache.negative.ttl", "0");
        try (ServerSocket here = new ServerSocket(Integer.parseInt(args[0]), BACKLOG)) {
            forward(here, args[1], Integer.parseInt(args[2]));
        }
    }

    /** Forwards until the socket is closed. */
    static void forward(ServerSocket here, String host, int port) throws IOException {
        while (!here.isClosed()) {
            Socket client = here.accept();
            Thread.startVirtualThread(() -> join(client, host, port));
        }
    }

    private static void join(Socket client, String host, int port) {
        try (client;
                Socket service = connect(host, port)) {
            Thread back = Thread.startVirtualThread(() -> copy(service, client));
            copy(client, service);
            back.join();
        } catch (IOException nobodyThere) {
            System.err.println("No instance of " + host + " takes a connection: " + nobodyThere.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
        try {
            from.getInputStream().transferTo(to.getOutputStream());
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
