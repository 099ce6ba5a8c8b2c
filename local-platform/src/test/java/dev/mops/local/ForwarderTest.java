package dev.mops.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ForwarderTest {

    private ServerSocket here;

    @BeforeEach
    void open() throws IOException {
        here = listen();
    }

    @AfterEach
    void close() throws IOException {
        here.close();
    }

    @Test
    void a_connection_is_led_on_in_both_directions_each_to_its_own_end() throws IOException {
        try (ServerSocket service = listen()) {
            forwardTo(service.getLocalPort());
            Thread.startVirtualThread(() -> greet(service));

            try (Socket client = connect()) {
                client.getOutputStream().write("Ada".getBytes(UTF_8));
                client.shutdownOutput();

                assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("Hello Ada");
            }
        }
    }

    @Test
    void where_no_instance_is_the_connection_ends_and_the_next_one_may_find_one() throws IOException {
        int port = FreePorts.find();
        forwardTo(port);

        try (Socket client = connect()) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        try (ServerSocket service = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> greet(service));
            try (Socket client = connect()) {
                client.shutdownOutput();
                assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("Hello ");
            }
        }
    }

    /** Answers when the question has come to its end. */
    private static void greet(ServerSocket service) {
        try (Socket socket = service.accept()) {
            String name = new String(socket.getInputStream().readAllBytes(), UTF_8);
            socket.getOutputStream().write(("Hello " + name).getBytes(UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void forwardTo(int port) {
        Thread.startVirtualThread(() -> {
            try {
                Forwarder.forward(here, "localhost", port);
            } catch (SocketException closed) {
                // The test is over.
                return;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), here.getLocalPort());
        client.setSoTimeout(20_000);
        return client;
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
}
