package dev.mops.inventory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.test.HttpDoor;
import dev.mops.test.OddHeaders;
import dev.mops.test.OddJson;
import dev.mops.test.PlainJson;
import dev.mops.test.PlainJson.Literal;
import dev.mops.test.PlainJson.Member;
import dev.mops.test.PlainJson.Obj;
import dev.mops.test.RawConnection.Answer;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;

/**
 * Receipts at random: accepted exactly if they are valid, by rules that are written here once more; what is refused is
 * refused with a problem document and leaves nothing. Other requests come with {@code -Dmops.seed=…}.
 */
class AnyReceiptTest extends InventoryServiceTest {

    private static final long SEED = Long.getLong("mops.seed", 4);
    private static final int RECEIPTS = 600;

    @Autowired
    @Qualifier("messagingEventConsumers") private SmartLifecycle consumers;

    @Test
    void a_receipt_is_accepted_exactly_if_it_is_valid() {
        String plain = product(0);
        String odd = "\u00dc 100% + ?#&;" + UUID.randomUUID();
        jdbc.update("INSERT INTO stock (sku, on_hand, reserved) VALUES (?, 0, 0)", odd);
        Map<String, String> skus =
                Map.of(plain, plain, odd.replace(odd.substring(0, 13), "%C3%9C%20100%25%20+%20%3F%23%26%3B"), odd);
        SplittableRandom seeds = new SplittableRandom(SEED);
        int accepted = 0;
        consumers.stop();
        for (int n = 0; n < RECEIPTS; n++) {
            RandomGenerator random = seeds.split();
            String sku = sku(random, any(random, skus.keySet().stream().sorted().toList()));
            OddHeaders headers = OddHeaders.ofJson(random, SEED + "-" + n + "-" + UUID.randomUUID() + "-");
            byte[] body = new OddJson(random).change(receipt(random));
            OptionalInt quantity = headers.right() && skus.containsKey(sku) ? quantity(body) : OptionalInt.empty();
            Stored before = stored();

            Answer answer = new HttpDoor(port())
                    .send(HttpDoor.post("/stock/" + sku + "/receipts", headers, body, random.nextInt(4) == 0));

            String request = "seed %d, request %d: %s %s%n%s".formatted(SEED, n, sku, headers, new String(body, UTF_8));
            if (quantity.isPresent()) {
                accepted++;
                assertThat(answer.status()).as(request).isEqualTo(200);
                assertThat(stored())
                        .as(request)
                        .isEqualTo(new Stored(
                                before.products(),
                                before.pieces().add(BigDecimal.valueOf(quantity.getAsInt())),
                                before.keys() + (headers.hasKey() ? 1 : 0)));
            } else {
                assertThat(HttpDoor.isProblem(answer))
                        .as("%s%n%s", request, answer)
                        .isTrue();
                assertThat(stored()).as(request).isEqualTo(before);
            }
        }
        consumers.start();
        assertThat(accepted).as("as many as it takes to believe the others").isBetween(RECEIPTS / 10, RECEIPTS / 2);
    }

    private static PlainJson receipt(RandomGenerator random) {
        return new Obj(List.of(
                new Member("quantity", new Literal(any(random, List.of("1", "2", "999999", "1000000"))))));
    }

    /** A product as it may stand in a path. */
    private static String sku(RandomGenerator random, String sku) {
        int at = random.nextInt(sku.length());
        return switch (random.nextInt(16)) {
            case 0 -> sku.substring(0, at) + "x" + sku.substring(at);
            case 1 -> sku + any(random, List.of("%00", "%2f", "%", "%ff", "%20", "/", "a".repeat(9_000)));
            case 2 -> any(random, List.of("", "%20", "..", "'", "%07", "a".repeat(64), "a".repeat(65), "%F0%9F%92%A9"));
            default -> sku;
        };
    }

    // The rules of a receipt, once more.

    /** How many pieces; empty if it is not valid. */
    private static OptionalInt quantity(byte[] body) {
        if (body.length > 64 * 1024
                || !(PlainJson.read(body).orElse(null) instanceof Obj receipt)
                || receipt.members().size() != 1
                || !(receipt.get("quantity").orElse(null) instanceof Literal(String quantity))
                || !quantity.matches("[1-9][0-9]{0,5}|1000000")) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(Integer.parseInt(quantity));
    }

    private static <T> T any(RandomGenerator random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private Stored stored() {
        return requireNonNull(
                jdbc.queryForObject("""
                SELECT (SELECT count(*) FROM stock), (SELECT sum(on_hand + reserved) FROM stock),
                       (SELECT count(*) FROM idempotency_key)
                """, (row, _) -> new Stored(row.getLong(1), row.getBigDecimal(2), row.getLong(3))));
    }

    /** How many rows and pieces there are. */
    private record Stored(long products, BigDecimal pieces, long keys) {}
}
