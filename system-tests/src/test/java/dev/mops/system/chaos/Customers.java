package dev.mops.system.chaos;

import dev.mops.local.Platform;
import dev.mops.system.chaos.History.Wish;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Customers of all kinds, who order and cancel all the time and do not give up: whoever gets no answer asks again with the
 * same idempotency key. They keep their own list of what they were promised.
 */
final class Customers implements AutoCloseable {

    static final String SCARCE = "VINYL-SIGNED";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int AT_ONCE = 4;
    private static final Duration BETWEEN_ORDERS = Duration.ofMillis(250);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);
    private static final List<String> PRODUCTS = List.of(
            "LAPTOP-14",
            "MONITOR-27",
            "KEYBOARD-DE",
            "MOUSE-WL",
            "DOCK-USBC",
            "HEADSET-BT",
            "WEBCAM-4K",
            "CABLE-USBC-2",
            "DESK-LAMP",
            "CHAIR-ERGO");

    private final Platform platform;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Map<UUID, Wish> accepted = new ConcurrentHashMap<>();
    private final Map<Integer, AtomicLong> answers = new ConcurrentHashMap<>();
    private final Set<String> surprises = ConcurrentHashMap.newKeySet();
    private final AtomicLong received = new AtomicLong();

    Customers(Platform platform, long seed) {
        this.platform = platform;
        for (int i = 0; i < AT_ONCE; i++) {
            Random random = new Random(seed + i);
            threads.add(Thread.ofPlatform().daemon().name("customer-" + i).unstarted(() -> shop(random)));
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    /** What they were promised. */
    Map<UUID, Wish> accepted() {
        return Map.copyOf(accepted);
    }

    int promised() {
        return accepted.size();
    }

    /** The pieces of the scarce product that came to the warehouse meanwhile. */
    long received() {
        return received.get();
    }

    /** How often each status was answered. */
    Map<Integer, AtomicLong> answers() {
        return new TreeMap<>(answers);
    }

    /** Answers that no customer should ever get. */
    Set<String> surprises() {
        return surprises;
    }

    /** Nobody new comes; whoever waits for an answer waits on, and gets it. */
    @Override
    public void close() {
        end.countDown();
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.MINUTES.toMillis(3));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (thread.isAlive()) {
                surprises.add(thread.getName() + " still waits for an answer");
                thread.interrupt();
            }
        }
    }

    /** Places one order with patience. */
    UUID place(Wish wish) {
        String body = body(wish);
        String idempotencyKey = UUID.randomUUID().toString();
        while (true) {
            HttpResponse<String> answer = post("order-service", "/orders", body, idempotencyKey, Set.of(202));
            if (answer != null) {
                UUID order = UUID.fromString(
                        JSON.readTree(answer.body()).path("orderId").asString());
                accepted.putIfAbsent(order, wish);
                return order;
            }
        }
    }

    private void shop(Random random) {
        while (isOpen(BETWEEN_ORDERS)) {
            if (random.nextInt(40) == 0) {
                receive();
            }
            Wish wish = wish(random);
            UUID order = place(wish);
            if (random.nextInt(6) == 0) {
                if (random.nextBoolean()) {
                    isOpen(Duration.ofMillis(random.nextInt(1_500)));
                }
                cancel(order);
            }
        }
    }

    private static Wish wish(Random random) {
        Map<String, Integer> lines = new LinkedHashMap<>();
        lines.put(PRODUCTS.get(random.nextInt(PRODUCTS.size())), 1);
        if (random.nextInt(4) == 0) {
            lines.put(PRODUCTS.get(random.nextInt(PRODUCTS.size())), 2);
        }
        if (random.nextInt(10) == 0) {
            lines.put(SCARCE, 1);
        }
        String token =
                switch (random.nextInt(12)) {
                    case 0 -> "tok_declined";
                    case 1, 2 -> "tok_slow";
                    case 3 -> "tok_unavailable";
                    case 4 -> "tok_nobody_knows";
                    default -> "tok_approved";
                };
        return new Wish(Map.copyOf(lines), token, random.nextInt(10) == 0 ? "00000" : "10115", false);
    }

    private void cancel(UUID order) {
        while (true) {
            HttpResponse<String> answer =
                    post("order-service", "/orders/" + order + "/cancellation", "", null, Set.of(202, 409));
            if (answer != null) {
                if (answer.statusCode() == 202) {
                    accepted.computeIfPresent(
                            order, (id, wish) -> new Wish(wish.lines(), wish.paymentToken(), wish.postalCode(), true));
                }
                return;
            }
        }
    }

    private void receive() {
        String idempotencyKey = UUID.randomUUID().toString();
        String path = "/stock/" + SCARCE + "/receipts";
        while (post("inventory-service", path, "{\"quantity\":1}", idempotencyKey, Set.of(200)) == null) {
            // Asks again, with the same key.
        }
        received.incrementAndGet();
    }

    /** One of the wanted answers; null where it makes sense to ask again. */
    private @Nullable HttpResponse<String> post(
            String service, String path, String body, @Nullable String idempotencyKey, Set<Integer> wanted) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(platform.service(service).url() + path))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        if (idempotencyKey != null) {
            request.header("Idempotency-Key", idempotencyKey);
        }
        try {
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            answers.computeIfAbsent(answer.statusCode(), status -> new AtomicLong())
                    .incrementAndGet();
            if (wanted.contains(answer.statusCode())) {
                return answer;
            }
            // 500 says what 503 says, of a request whose transaction lost the database.
            if (!Set.of(429, 500, 503).contains(answer.statusCode())
                    || (answer.statusCode() == 500 && !answer.body().contains("Repeat it with its Idempotency-Key"))) {
                surprises.add(
                        answer.statusCode() + " to " + path.replaceAll("[0-9a-f-]{36}", "…") + ": " + answer.body());
            }
        } catch (IOException nobodyThere) {
            answers.computeIfAbsent(0, status -> new AtomicLong()).incrementAndGet();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        Chaos.pause(BETWEEN_TRIES);
        return null;
    }

    /** Waits; false where nobody new is to come. */
    private boolean isOpen(Duration wait) {
        try {
            return !end.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String body(Wish wish) {
        List<Map<String, Object>> lines = new ArrayList<>();
        wish.lines().forEach((sku, quantity) -> lines.add(Map.of("sku", sku, "quantity", quantity)));
        return JSON.writeValueAsString(Map.of(
                "customerId",
                "c-chaos",
                "lines",
                lines,
                "paymentToken",
                wish.paymentToken(),
                "shippingAddress",
                Map.of(
                        "name", "Ada Chaos",
                        "street", "Street 1",
                        "city", "Berlin",
                        "postalCode", wish.postalCode(),
                        "country", "DE")));
    }
}
