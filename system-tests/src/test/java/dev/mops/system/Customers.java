package dev.mops.system;

import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Customers of all kinds who place orders at the same time, and do not give up: without an answer, or with one that is
 * not 202, they ask again with the same idempotency key, at the next instance. The shop notes what they were promised.
 */
final class Customers {

    private static final int AT_ONCE = 4;

    private final Shop shop;
    private final List<URI> instances;
    private final Set<Integer> answers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger promised = new AtomicInteger();

    /** The instances are those of the order service. */
    Customers(Shop shop, List<URI> instances) {
        this.shop = shop;
        this.instances = instances;
    }

    /** Begins; of ten customers one has no money, one lives where nobody delivers, and one thinks better of it. */
    CompletableFuture<List<UUID>> place(int orders, Wish wish) {
        List<Integer> customers = IntStream.range(0, orders).boxed().toList();
        return CompletableFuture.supplyAsync(() -> InParallel.each(customers, AT_ONCE, customer -> {
            UUID order = placeOne(
                    customer,
                    switch (customer % 10) {
                        case 3 -> wish.paidWith("tok_declined");
                        case 6 -> wish.sentTo("00000");
                        default -> wish;
                    });
            if (customer % 10 == 9) {
                cancel(order);
            }
            return order;
        }));
    }

    /** How many were promised an order. */
    int promised() {
        return promised.get();
    }

    /** The status codes of all answers. */
    Set<Integer> answers() {
        return answers;
    }

    private UUID placeOne(int customer, Wish wish) {
        String idempotencyKey = UUID.randomUUID().toString();
        AtomicInteger tries = new AtomicInteger(customer);
        UUID order = Shop.eventually()
                .until(
                        () -> {
                            URI instance = instances.get(tries.getAndIncrement() % instances.size());
                            try {
                                HttpResponse<String> answer = shop.tryToPlaceOrder(instance, wish, idempotencyKey);
                                answers.add(answer.statusCode());
                                return answer.statusCode() == 202
                                        ? Optional.of(shop.accepted(answer, wish))
                                        : Optional.<UUID>empty();
                            } catch (UncheckedIOException nobodyThere) {
                                return Optional.<UUID>empty();
                            }
                        },
                        Optional::isPresent)
                .orElseThrow();
        promised.incrementAndGet();
        return order;
    }

    private void cancel(UUID order) {
        Shop.eventually().until(() -> {
            try {
                int answer = shop.cancel(order);
                answers.add(answer);
                return answer == 202 || answer == 409;
            } catch (UncheckedIOException nobodyThere) {
                return false;
            }
        });
    }
}
