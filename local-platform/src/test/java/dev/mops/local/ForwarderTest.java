package dev.mops.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ForwarderTest {

    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int CROWD = 200;
    private static final byte[] MUCH = new byte[256 * 1024];

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

    @Test
    void when_the_service_ends_a_connection_it_is_over_though_the_client_never_closes() throws IOException {
        Semaphore places = new Semaphore(1);
        try (ServerSocket service = listen()) {
            service.setSoTimeout(TIMEOUT_MILLIS);
            forwardTo(service.getLocalPort(), places);
            try (Socket client = connect()) {
                try (Socket accepted = service.accept()) {
                    accepted.getOutputStream().write("bye".getBytes(UTF_8));
                }

                assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("bye");
                // Without a word of the first client its place is free for another one.
                try (Socket next = connect();
                        Socket accepted = service.accept()) {
                    accepted.getOutputStream().write('x');
                    assertThat(next.getInputStream().read()).isEqualTo('x');
                }
                assertGone(client);
            }
        }
    }

    @Test
    void a_client_that_breaks_off_ends_the_service_s_side() throws IOException {
        try (ServerSocket service = listen()) {
            forwardTo(service.getLocalPort());
            Socket client = connect();
            try (Socket accepted = service.accept()) {
                accepted.setSoTimeout(TIMEOUT_MILLIS);
                client.setSoLinger(true, 0);
                client.close();

                assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void more_connections_than_there_are_places_wait_until_others_have_ended() throws IOException {
        Semaphore places = new Semaphore(2);
        try (ServerSocket service = listen()) {
            AtomicInteger accepted = echo(service);
            forwardTo(service.getLocalPort(), places);
            try (Socket second = connect()) {
                assertEchoes(second);
                Socket third;
                try (Socket first = connect()) {
                    assertEchoes(first);
                    await().until(places::hasQueuedThreads);
                    third = connect();
                    third.getOutputStream().write('3');
                    assertEchoes(first);
                    assertEchoes(second);
                    assertThat(accepted).hasValue(2);
                }
                try (third) {
                    assertThat(third.getInputStream().read()).isEqualTo('3');
                }
            }
        }
    }

    @Test
    void a_connection_that_could_not_be_taken_does_not_end_the_forwarder() throws IOException {
        AtomicBoolean isFirst = new AtomicBoolean(true);
        here.close();
        here = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()) {
            @Override
            public Socket accept() throws IOException {
                if (isFirst.getAndSet(false)) {
                    throw new SocketException("Too many open files");
                }
                return super.accept();
            }
        };
        try (ServerSocket service = listen()) {
            echo(service);
            forwardTo(service.getLocalPort());
            try (Socket client = connect()) {
                assertEchoes(client);
            }
        }
    }

    @Test
    void it_ends_when_its_socket_is_closed() throws Exception {
        Thread forwarder = forwardTo(FreePorts.find());
        await().until(() -> forwarder.getState() == Thread.State.WAITING);

        here.close();

        assertThat(forwarder.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void two_hundred_busy_connections_fit_into_the_memory_that_its_container_gives_it() throws Exception {
        int port = FreePorts.find();
        try (ServerSocket service = new ServerSocket(0, CROWD, InetAddress.getLoopbackAddress());
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            echo(service);
            Process forwarder = launch(port, service.getLocalPort());
            try {
                await().until(() -> isOpen(port) || !forwarder.isAlive());
                CyclicBarrier allThere = new CyclicBarrier(CROWD);
                List<Future<byte[]>> answers = new ArrayList<>();
                for (int i = 0; i < CROWD; i++) {
                    answers.add(clients.submit(() -> {
                        try (Socket client = connect(port)) {
                            assertEchoes(client);
                            allThere.await(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
                            return echoOf(MUCH, client);
                        }
                    }));
                }
                for (Future<byte[]> answer : answers) {
                    assertThat(answer.get()).isEqualTo(MUCH);
                }
            } finally {
                forwarder.destroyForcibly().waitFor();
            }
        }
    }

    /** The forwarder as docker-compose.yml starts it, on ports of this test. */
    private static Process launch(int port, int servicePort) throws IOException {
        List<String> command = new ArrayList<>(ComposeFile.of(Path.of("..")).entrypoint("billing-port"));
        command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.set(command.indexOf("-cp") + 1, System.getProperty("java.class.path"));
        command.addAll(List.of(Integer.toString(port), "localhost", Integer.toString(servicePort)));
        return new ProcessBuilder(command).inheritIO().start();
    }

    private static boolean isOpen(int port) {
        try (Socket socket = connect(port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Sends it and gets it back, both at once. */
    private static byte[] echoOf(byte[] bytes, Socket client) throws IOException {
        Thread.startVirtualThread(() -> {
            try {
                client.getOutputStream().write(bytes);
                client.shutdownOutput();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return client.getInputStream().readAllBytes();
    }

    private static void assertEchoes(Socket client) throws IOException {
        client.getOutputStream().write('x');
        assertThat(client.getInputStream().read()).isEqualTo('x');
    }

    /** The other side has closed the connection, not only its half of it: what is sent is answered by a reset. */
    private static void assertGone(Socket client) {
        await().untilAsserted(() -> assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> client.getOutputStream().write('x')));
    }

    /** Sends back what comes, on each connection to its end; counts the connections. */
    private static AtomicInteger echo(ServerSocket service) {
        AtomicInteger accepted = new AtomicInteger();
        Thread.startVirtualThread(() -> {
            while (!service.isClosed()) {
                try {
                    Socket socket = service.accept();
                    accepted.incrementAndGet();
                    Thread.startVirtualThread(() -> echo(socket));
                } catch (IOException closed) {
                    return;
                }
            }
        });
        return accepted;
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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

    private Thread forwardTo(int port) {
        return forwardTo(port, new Semaphore(10));
    }

    private Thread forwardTo(int port, Semaphore places) {
        return Thread.startVirtualThread(() -> Forwarder.forward(here, "localhost", port, places));
    }

    private Socket connect() throws IOException {
        return connect(here.getLocalPort());
    }

    private static Socket connect(int port) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setSoTimeout(TIMEOUT_MILLIS);
        return client;
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
}
