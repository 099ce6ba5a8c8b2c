package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class OrderTest {

    private static final int ACCOUNTS = 100;
    private static final int PUBLISHERS = 6;
    private static final int TRANSACTIONS = 200;

    @Test
    void the_events_of_a_key_take_effect_in_the_order_of_their_transactions() throws Exception {
        try (AccountService first = AccountService.named("per_key").noting().start();
                AccountService second = AccountService.named("per_key").noting().start();
                AccountService third = AccountService.named("per_key").noting().start()) {
            List<AccountService> services = List.of(first, second, third);
            ExecutorService publishers = Executors.newFixedThreadPool(PUBLISHERS);
            try {
                List<? extends Future<?>> all = IntStream.range(0, PUBLISHERS)
                        .mapToObj(n -> publishers.submit(() -> publish(services.get(n % services.size()), n)))
                        .toList();
                for (Future<?> publisher : all) {
                    publisher.get();
                }
            } finally {
                publishers.shutdownNow();
            }

            int events = PUBLISHERS * TRANSACTIONS * 2;
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(first.count("effect")).isGreaterThanOrEqualTo(events));
            Map<String, List<Long>> effects = first.effects().stream()
                    .collect(Collectors.groupingBy(
                            AccountService.Effect::account,
                            Collectors.mapping(AccountService.Effect::number, Collectors.toList())));
            assertThat(effects.values().stream().mapToInt(List::size).sum()).isEqualTo(events);
            assertThat(effects)
                    .allSatisfy((account, numbers) -> assertThat(numbers)
                            .isEqualTo(LongStream.rangeClosed(1, numbers.size())
                                    .boxed()
                                    .toList()));
        }
    }

    @Test
    void the_events_of_a_key_take_effect_in_their_order_whatever_their_versions() {
        TopicLog topic = TopicLog.of("versions");
        try (AccountService service = AccountService.named("versions")
                .with("mops.messaging.partitions", 1)
                .withFamily(AccountEvent.ofTheFuture("versions"))
                .noting()
                .start()) {
            topic.append(List.of(
                    deposit(topic, 1, "1.0"),
                    deposit(topic, 2, "2.0"),
                    deposit(topic, 3, "1.4"),
                    deposit(topic, 4, "1.0"),
                    deposit(topic, 5, "2.7")));

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> assertThat(service.numbersOf("versions")).containsExactly(1L, 2L, 3L, 4L, 5L));
        }
    }

    private static ProducerRecord<byte[], byte[]> deposit(TopicLog topic, long number, String version) {
        ProducerRecord<byte[], byte[]> event = topic.event(new Deposited("versions", number));
        event.headers().remove("ce_dataschema").add("ce_dataschema", ("account.deposited/" + version).getBytes(UTF_8));
        String currency = version.startsWith("2.") ? ", \"currency\": \"EUR\"" : "";
        String payload = "{\"account\": \"versions\", \"number\": %d%s}".formatted(number, currency);
        return new ProducerRecord<>(event.topic(), null, event.key(), payload.getBytes(UTF_8), event.headers());
    }

    /** The account counts its events under its row's lock, so that their numbers are in the order of the transactions. */
    private static void publish(AccountService service, int seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int n = 0; n < TRANSACTIONS; n++) {
            String one = "a-" + random.nextInt(ACCOUNTS / 2);
            String other = "b-" + random.nextInt(ACCOUNTS / 2);
            service.inTransaction(() -> {
                for (String account : List.of(one, other)) {
                    Long number = service.jdbc()
                            .queryForObject(
                                    "INSERT INTO account (id, balance) VALUES (?, 1)"
                                            + " ON CONFLICT (id) DO UPDATE SET balance = account.balance + 1 RETURNING balance",
                                    Long.class,
                                    account);
                    service.outbox().publish(new Deposited(account, number == null ? 0 : number));
                }
            });
        }
    }
}
