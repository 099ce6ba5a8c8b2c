package dev.mops.bench;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.HOST;
import static io.netty.handler.codec.http.HttpHeaderNames.LOCATION;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one address over connections that stay open, each with one request under way. One thread does it all: the
 * service under test has the rest of the machine.
 */
final class HttpLoad {

    private static final int MOST_CONNECTIONS = 900;
    private static final int LARGEST_ANSWER = 1 << 20;
    private static final long PATIENCE_SECONDS = 60;
    private static final byte[] NOTHING = {};

    private final URI address;
    private final Supplier<byte @Nullable []> bodies;
    private final Function<UUID, @Nullable String> then;

    /** @param bodies the body of each next POST; null for a GET */
    HttpLoad(URI address, Supplier<byte @Nullable []> bodies) {
        this(address, bodies, _ -> null);
    }

    /** @param then the path of a POST without a body that follows what was created; null where none does */
    HttpLoad(URI address, Supplier<byte @Nullable []> bodies, Function<UUID, @Nullable String> then) {
        this.address = address;
        this.bodies = bodies;
        this.then = then;
    }

    /**
     * An answer.
     *
     * @param intended when the request was to be sent, in microseconds of {@link Clock}: what it waited from then on counts
     * @param answered when its answer was there
     * @param status of HTTP; 0 where the connection was lost
     * @param created what its location names; null where it names nothing
     */
    record Answer(
            long intended,
            long answered,
            int status,
            @Nullable UUID created) {}

    /**
     * A request that waits for its connection.
     *
     * @param intended when it was to be sent
     * @param path of what follows another request; null for the next of the load
     */
    private record Due(long intended, @Nullable String path) {}

    /** A closed load: each of so many clients sends its next request once it has the answer to the one before. */
    List<Answer> closed(int clients, Duration duration) throws InterruptedException {
        return closed(clients, duration, Long.MAX_VALUE);
    }

    /** The same, of at most so many requests. */
    List<Answer> closed(int clients, Duration duration, long most) throws InterruptedException {
        long end = Clock.micros() + TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
        try (Run run = new Run(end, most)) {
            run.loop.execute(() -> {
                for (int i = 0; i < Math.min(clients, most); i++) {
                    run.dispatch(Clock.micros());
                }
            });
            run.awaitEnd(duration);
            return run.answers;
        }
    }

    /** An open load: requests are due at their times, whether or not those before were answered. */
    List<Answer> open(double perSecond, Duration duration) throws InterruptedException {
        try (Run run = new Run(0, Long.MAX_VALUE)) {
            long begin = Clock.micros() + 1_000;
            long count = Math.round(perSecond * duration.toMillis() / 1_000);
            run.loop.execute(() -> run.outstanding++);
            for (long i = 0; i < count; i++) {
                long due = begin + Math.round(i * 1_000_000 / perSecond);
                for (long wait = due - Clock.micros(); wait > 0; wait = due - Clock.micros()) {
                    LockSupport.parkNanos(wait * 1_000);
                }
                run.loop.execute(() -> run.dispatch(due));
            }
            run.loop.execute(run::done);
            run.awaitEnd(Duration.ZERO);
            return run.answers;
        }
    }

    /** One load. All its state belongs to its one thread. */
    private final class Run implements AutoCloseable {

        private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        private final Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(
                                        new HttpClientCodec(),
                                        new HttpObjectAggregator(LARGEST_ANSWER),
                                        new Connection());
                    }
                });
        private final CountDownLatch ended = new CountDownLatch(1);
        private final List<Answer> answers = new ArrayList<>();
        private final Deque<Connection> idle = new ArrayDeque<>();
        private final Deque<Due> waiting = new ArrayDeque<>();
        private final long repeatUntil;
        private long left;
        private int connections;
        private long outstanding;

        /**
         * @param repeatUntil each answer is followed by a request until then
         * @param most requests
         */
        Run(long repeatUntil, long most) {
            this.repeatUntil = repeatUntil;
            this.left = most;
        }

        void dispatch(long intended) {
            left--;
            dispatch(new Due(intended, null));
        }

        private void dispatch(Due due) {
            outstanding++;
            Connection free = idle.poll();
            if (free != null) {
                free.send(due);
            } else {
                waiting.add(due);
                connect();
            }
        }

        private void connect() {
            if (connections == MOST_CONNECTIONS) {
                return;
            }
            connections++;
            bootstrap.connect(address.getHost(), address.getPort()).addListener(result -> {
                if (!result.isSuccess()) {
                    connections--;
                    Due due = waiting.poll();
                    if (due != null) {
                        answered(new Answer(due.intended(), Clock.micros(), 0, null));
                    }
                }
            });
        }

        void answered(Answer answer) {
            answers.add(answer);
            String path = answer.created() == null ? null : then.apply(answer.created());
            if (path != null) {
                // The client's next request, also where its time is over.
                dispatch(new Due(answer.answered(), path));
            } else if (answer.status() != 0 && answer.answered() < repeatUntil && left > 0) {
                dispatch(answer.answered());
            }
            done();
        }

        void done() {
            if (--outstanding == 0) {
                ended.countDown();
            }
        }

        void awaitEnd(Duration duration) throws InterruptedException {
            if (!ended.await(duration.toSeconds() + PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        "Requests to " + address + " had no answer for " + PATIENCE_SECONDS + " s");
            }
        }

        @Override
        public void close() {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }

        /** A connection: idle, or with one request under way. */
        private final class Connection extends SimpleChannelInboundHandler<FullHttpResponse> {

            private @Nullable Channel channel;
            private long intended;
            private boolean busy;

            @Override
            public void channelActive(ChannelHandlerContext context) {
                channel = context.channel();
                free();
            }

            private void free() {
                Due next = waiting.poll();
                if (next == null) {
                    // The one that was used last comes first: the others may run out.
                    idle.push(this);
                } else {
                    send(next);
                }
            }

            void send(Due due) {
                intended = due.intended();
                busy = true;
                String path = due.path();
                byte[] body = path == null ? bodies.get() : NOTHING;
                FullHttpRequest request = new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        body == null ? HttpMethod.GET : HttpMethod.POST,
                        path == null ? address.getPath() : path,
                        body == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
                request.headers().set(HOST, address.getAuthority());
                if (body != null) {
                    request.headers().set(CONTENT_TYPE, "application/json");
                    HttpUtil.setContentLength(request, body.length);
                }
                if (channel != null) {
                    var _ = channel.writeAndFlush(request, channel.voidPromise());
                }
            }

            @Override
            protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
                busy = false;
                String location = response.headers().get(LOCATION);
                UUID created =
                        location == null ? null : UUID.fromString(location.substring(location.lastIndexOf('/') + 1));
                boolean stays = HttpUtil.isKeepAlive(response);
                Answer answer =
                        new Answer(intended, Clock.micros(), response.status().code(), created);
                if (stays) {
                    free();
                } else {
                    var _ = context.close();
                }
                answered(answer);
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                connections--;
                idle.remove(this);
                if (busy) {
                    busy = false;
                    answered(new Answer(intended, Clock.micros(), 0, null));
                }
                if (!waiting.isEmpty()) {
                    connect();
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                // What was lost shows as an answer without a status.
                var _ = context.close();
            }
        }
    }
}
