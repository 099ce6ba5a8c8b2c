package dev.mops.system;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Customers who all want the same as fast as it goes. Who is refused comes back when Retry-After allows it, and no sooner. */
final class PatientCustomers implements AutoCloseable {

    private static final int TOO_MANY_REQUESTS = 429;
    // For a request that waited too long for a connection to the database, or found no room for its body.
    private static final int UNAVAILABLE = 503;
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    private final Shop shop;
    private final URI instance;
    private final ScheduledThreadPoolExecutor threads;
    private final Queue<UUID> promised = new ConcurrentLinkedQueue<>();
    private final Set<Integer> answers = ConcurrentHashMap.newKeySet();
    private final Queue<Duration> waits = new ConcurrentLinkedQueue<>();
    private final AtomicInteger atTheFirstTry = new AtomicInteger();

    PatientCustomers(Shop shop, URI instance, int atOnce) {
        this.shop = shop;
        this.instance = instance;
        this.threads = new ScheduledThreadPoolExecutor(atOnce);
    }

    /** Begins; done when all are promised an order, or when somebody got another answer than 202, 429 or 503. */
    CompletableFuture<Void> place(int orders, Wish wish) {
        CompletableFuture<?>[] all = new CompletableFuture<?>[orders];
        for (int i = 0; i < orders; i++) {
            CompletableFuture<UUID> order = new CompletableFuture<>();
            all[i] = order;
            String idempotencyKey = UUID.randomUUID().toString();
            threads.execute(() -> place(wish, idempotencyKey, true, order));
        }
        return CompletableFuture.allOf(all);
    }

    private void place(Wish wish, String idempotencyKey, boolean isFirst, CompletableFuture<UUID> order) {
        try {
            HttpResponse<String> answer = shop.tryToPlaceOrder(instance, wish, idempotencyKey);
            answers.add(answer.statusCode());
            switch (answer.statusCode()) {
                case 202 -> {
                    if (isFirst) {
                        atTheFirstTry.incrementAndGet();
                    }
                    UUID id = shop.accepted(answer, wish);
                    promised.add(id);
                    order.complete(id);
                }
                case TOO_MANY_REQUESTS -> {
                    Duration wait = Duration.ofSeconds(
                            answer.headers().firstValueAsLong("Retry-After").orElseThrow());
                    waits.add(wait);
                    comeBack(wait, wish, idempotencyKey, order);
                }
                case UNAVAILABLE -> comeBack(A_MOMENT, wish, idempotencyKey, order);
                default -> throw new AssertionError(answer.statusCode() + " " + answer.body());
            }
        } catch (RuntimeException | Error e) {
            order.completeExceptionally(e);
        }
    }

    private void comeBack(Duration wait, Wish wish, String idempotencyKey, CompletableFuture<UUID> order) {
        var _ = threads.schedule(
                () -> place(wish, idempotencyKey, false, order), wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The orders that were promised, each as often as it was. */
    Queue<UUID> promised() {
        return promised;
    }

    /** How many were promised an order at the first try. */
    int atTheFirstTry() {
        return atTheFirstTry.get();
    }

    /** What those who were refused were asked to wait. */
    Queue<Duration> waits() {
        return waits;
    }

    /** The status codes of all answers. */
    Set<Integer> answers() {
        return answers;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
