package dev.mops.order;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.test.HttpDoor;
import dev.mops.test.OddHeaders;
import dev.mops.test.OddJson;
import dev.mops.test.PlainJson;
import dev.mops.test.PlainJson.Arr;
import dev.mops.test.PlainJson.Literal;
import dev.mops.test.PlainJson.Member;
import dev.mops.test.PlainJson.Obj;
import dev.mops.test.PlainJson.Text;
import dev.mops.test.RawConnection.Answer;
import java.math.BigInteger;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;

/**
 * Requests at random: accepted exactly if they are valid, by rules that are written here once more; what is refused is
 * refused with a problem document and leaves nothing. Other requests come with {@code -Dmops.seed=…}.
 */
class AnyRequestTest extends OrderServiceTest {

    private static final long SEED = Long.getLong("mops.seed", 4);
    private static final int ORDERS = 1_000;
    private static final int CANCELLATIONS = 300;
    private static final int LARGEST_BODY = 64 * 1024;

    /** Nobody may ever read it in an answer. */
    private static final String SECRET = "Quillfeder";

    private final SplittableRandom seeds = new SplittableRandom(SEED);
    private final Map<String, Long> prices = new HashMap<>();

    @Autowired
    @Qualifier("messagingEventConsumers") private SmartLifecycle consumers;

    @BeforeEach
    void stock_the_shop_and_let_nobody_else_write() {
        for (int n = 0; n < 110; n++) {
            // Of the dearest, 1,000 pieces cost more than can be counted.
            long price = n == 0 ? Long.MAX_VALUE / 999 : n;
            jdbc.update(
                    "INSERT INTO product (sku, name, price_value, price_currency) VALUES (?, '', ?, 'EUR') ON CONFLICT DO NOTHING",
                    "S-" + n,
                    price);
            prices.put("S-" + n, price);
        }
        consumers.stop();
    }

    @AfterEach
    void go_on() {
        consumers.start();
    }

    @Test
    void an_order_is_accepted_exactly_if_it_is_valid() {
        int accepted = 0;
        for (int n = 0; n < ORDERS; n++) {
            RandomGenerator random = seeds.split();
            OddHeaders headers = OddHeaders.ofJson(random, SEED + "-" + n + "-" + UUID.randomUUID() + "-");
            byte[] body = new OddJson(random).change(order(random));
            OptionalLong total = headers.right() ? total(body) : OptionalLong.empty();
            Stored before = stored();

            Answer answer = send("/orders", headers, body, random.nextInt(4) == 0);

            String request = "seed %d, request %d: %s%n%s".formatted(SEED, n, headers, new String(body, UTF_8));
            if (total.isPresent()) {
                accepted++;
                assertThat(answer.status()).as(request).isEqualTo(202);
                assertThat(answer.body()).as(request).contains("\"total\":{\"value\":" + total.getAsLong() + ",");
                assertThat(stored().minus(before))
                        .as(request)
                        .isEqualTo(new Stored(1, lines(body), headers.hasKey() ? 1 : 0, 1, 0));
            } else {
                assertRefused(request, answer);
                assertThat(stored()).as(request).isEqualTo(before);
            }
        }
        assertThat(accepted).as("as many as it takes to believe the others").isBetween(ORDERS / 10, ORDERS / 2);
    }

    @Test
    void a_cancellation_is_accepted_exactly_if_there_is_such_an_order() {
        List<UUID> open = new ArrayList<>();
        for (int n = 0; n < 10; n++) {
            open.add(placed());
        }
        UUID closed = placed();
        jdbc.update("UPDATE orders SET status = 'SHIPPED' WHERE id = ?", closed);
        Set<UUID> cancelled = new HashSet<>();
        int accepted = 0;
        for (int n = 0; n < CANCELLATIONS; n++) {
            RandomGenerator random = seeds.split();
            UUID order = random.nextInt(8) == 0 ? closed : any(random, open);
            String id = id(random, order);
            OddHeaders headers = OddHeaders.ofNothing(random);
            byte[] body = random.nextBoolean() ? new byte[0] : new OddJson(random).change(new Obj(List.of()));
            Optional<UUID> wanted =
                    headers.right() && body.length <= LARGEST_BODY ? uuid(id).filter(open::contains) : Optional.empty();
            Stored before = stored();

            Answer answer = send("/orders/" + id + "/cancellation", headers, body, random.nextInt(4) == 0);

            String request = "seed %d, request %d: %s %s%n%s".formatted(SEED, n, id, headers, new String(body, UTF_8));
            if (wanted.isPresent()) {
                accepted++;
                assertThat(answer.status()).as(request).isEqualTo(202);
                int first = cancelled.add(wanted.get()) ? 1 : 0;
                assertThat(stored().minus(before)).as(request).isEqualTo(new Stored(0, 0, 0, first, first));
            } else {
                assertRefused(request, answer);
                assertThat(stored()).as(request).isEqualTo(before);
            }
        }
        assertThat(accepted)
                .as("as many as it takes to believe the others")
                .isBetween(CANCELLATIONS / 10, CANCELLATIONS / 2);
    }

    private Answer send(String path, OddHeaders headers, byte[] body, boolean chunked) {
        return new HttpDoor(port()).send(HttpDoor.post(path, headers, body, chunked));
    }

    private static void assertRefused(String request, Answer answer) {
        assertThat(HttpDoor.isProblem(answer)).as("%s%n%s", request, answer).isTrue();
        assertThat(answer.body()).as(request).doesNotContain(SECRET);
    }

    /** An order that is valid, as a rule. */
    private PlainJson order(RandomGenerator random) {
        List<String> skus = new ArrayList<>(prices.keySet());
        Collections.sort(skus);
        Collections.shuffle(skus, new Random(random.nextLong()));
        List<PlainJson> lines = skus.stream()
                .limit(any(random, List.of(1, 1, 1, 1, 2, 3, 100, 101)))
                .<PlainJson>map(sku -> new Obj(List.of(
                        new Member("sku", new Text(sku)),
                        new Member("quantity", new Literal(any(random, List.of("1", "2", "999", "1000")))))))
                .toList();
        return new Obj(List.of(
                new Member("customerId", new Text("c-" + random.nextInt(1_000))),
                new Member("lines", new Arr(lines)),
                new Member("paymentToken", new Text("tok_" + SECRET)),
                new Member(
                        "shippingAddress",
                        new Obj(List.of(
                                new Member("name", new Text("Ottilie " + SECRET)),
                                new Member("street", new Text(SECRET + "weg 7")),
                                new Member("city", new Text("K\u00f6ln " + SECRET)),
                                new Member("postalCode", new Text("10117")),
                                new Member("country", new Text("DE")))))));
    }

    /** An order's id as it may stand in a path. */
    private static String id(RandomGenerator random, UUID order) {
        String id = order.toString();
        int at = random.nextInt(id.length());
        return switch (random.nextInt(16)) {
            case 0 -> id.toUpperCase(Locale.ROOT);
            case 1 -> "%" + Integer.toHexString(id.charAt(at)) + "%20";
            case 2 -> id.substring(0, at) + "%" + Integer.toHexString(id.charAt(at)) + id.substring(at + 1);
            case 3 -> id.substring(0, at) + id.substring(at + 1);
            case 4 -> id.substring(0, at) + "0" + id.substring(at);
            case 5 -> id.substring(0, at) + "g" + id.substring(at + 1);
            case 6 -> new UUID(random.nextLong(), random.nextLong()).toString();
            case 7 -> id + any(random, List.of("%00", "%2f", "%", "%ff", "%20", "/", "a".repeat(9_000)));
            case 8 -> any(random, List.of("", "0", "null", "1-1-1-1-1", "..", "'", "%D9%A1", "[]", "{orderId}"));
            default -> id;
        };
    }

    // The rules of a request, once more.

    private static Optional<UUID> uuid(String id) {
        if (id.length() > 1_000 || !id.matches("(%[2-7][0-9a-f]|[^%/])*")) {
            return Optional.empty();
        }
        String decoded = URLDecoder.decode(id, UTF_8);
        return decoded.matches("(?i)[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
                ? Optional.of(UUID.fromString(decoded))
                : Optional.empty();
    }

    /** What an order costs; empty if it is not valid. */
    private OptionalLong total(byte[] body) {
        if (body.length > LARGEST_BODY
                || !(PlainJson.read(body).orElse(null) instanceof Obj order)
                || !hasOnly(order, "customerId", "lines", "paymentToken", "shippingAddress")
                || !isText(order, "customerId", 100)
                || !isText(order, "paymentToken", 200)
                || !(order.get("shippingAddress").orElse(null) instanceof Obj address)
                || !hasOnly(address, "name", "street", "city", "postalCode", "country")
                || !isText(address, "name", 200)
                || !isText(address, "street", 200)
                || !isText(address, "city", 200)
                || !isText(address, "postalCode", 20)
                || !(address.get("country").orElse(null) instanceof Text(String country))
                || !country.matches("[A-Z][A-Z]")
                || !(order.get("lines").orElse(null) instanceof Arr(List<PlainJson> lines))
                || lines.isEmpty()
                || lines.size() > 100) {
            return OptionalLong.empty();
        }
        BigInteger total = BigInteger.ZERO;
        Set<String> skus = new HashSet<>();
        for (PlainJson each : lines) {
            if (!(each instanceof Obj line)
                    || !hasOnly(line, "sku", "quantity")
                    || !(line.get("sku").orElse(null) instanceof Text(String sku))
                    || !prices.containsKey(sku)
                    || !skus.add(sku)
                    || !(line.get("quantity").orElse(null) instanceof Literal(String quantity))
                    || !quantity.matches("[1-9][0-9]{0,2}|1000")) {
                return OptionalLong.empty();
            }
            total = total.add(
                    BigInteger.valueOf(requireNonNull(prices.get(sku))).multiply(new BigInteger(quantity)));
        }
        return total.bitLength() < Long.SIZE ? OptionalLong.of(total.longValueExact()) : OptionalLong.empty();
    }

    private static boolean hasOnly(Obj object, String... names) {
        return object.members().size() == names.length
                && object.members().stream().map(Member::name).allMatch(List.of(names)::contains);
    }

    private static boolean isText(Obj object, String name, int longest) {
        return object.get(name).orElse(null) instanceof Text(String text)
                && text.length() <= longest
                && text.chars().anyMatch(c -> c > ' ')
                && text.codePoints()
                        .noneMatch(c -> Character.isISOControl(c)
                                || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
    }

    private static long lines(byte[] body) {
        return PlainJson.read(body)
                .map(order -> ((Arr) ((Obj) order).get("lines").orElseThrow())
                        .elements()
                        .size())
                .orElseThrow();
    }

    private static <T> T any(RandomGenerator random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private Stored stored() {
        return requireNonNull(jdbc.queryForObject(
                """
                SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_line),
                       (SELECT count(*) FROM idempotency_key WHERE created_at > now() - interval '1 hour'),
                       (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_event_id_seq),
                       (SELECT count(*) FROM orders WHERE cancellation_requested)
                """,
                (row, _) ->
                        new Stored(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5))));
    }

    /** How many rows there are; of the outbox, whose rows go, how many there were ever. */
    private record Stored(long orders, long lines, long keys, long events, long cancellations) {

        Stored minus(Stored before) {
            return new Stored(
                    orders - before.orders,
                    lines - before.lines,
                    keys - before.keys,
                    events - before.events,
                    cancellations - before.cancellations);
        }
    }
}
