package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Mops;
import dev.mops.local.Platform;
import dev.mops.local.Ports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Does what docs/operating.md says, command by command, as a reader would who copies them. */
@SystemTest
class OperatingTest {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh walk-through\n(.*?)^```$");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final Pattern LOCAL = Pattern.compile("localhost:(\\d+)(/\\S*)");
    private static final Pattern ORDER = Pattern.compile("(?m)^([0-9a-f-]{36})  PLACED");
    // Four attempts take 71 s.
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Shop shop;
    private final Platform demo =
            Platform.at(PlatformExtension.root(), Path.of("target", "none").toAbsolutePath(), Ports.demo());
    private final Queue<String> commands = new ArrayDeque<>();
    private final Map<String, String> known = new HashMap<>();

    OperatingTest(Shop shop) {
        this.shop = shop;
    }

    @AfterEach
    void clear() {
        mops("fail", "--clear");
    }

    @Test
    void the_page_leads_from_the_failure_to_the_mended_order() throws IOException {
        String page = Files.readString(PlatformExtension.root().resolve("docs/operating.md"));
        BLOCK.matcher(page).results().flatMap(block -> block.group(1).lines()).forEach(commands::add);

        once("./mops fail billing-service", done -> done.status() == 0);
        Done ordered =
                once("./mops order --watch", done -> ORDER.matcher(done.out()).find());
        UUID order = remember(UUID.fromString(find(ORDER, ordered.out())));
        known.put("<order>", order.toString());

        until(
                "curl localhost:8083/actuator/health",
                health -> health.at("/components/messaging/details/retrying").asInt() == 1);
        until(
                "curl localhost:8081/orders/",
                seen -> seen.at("/status").asString().equals("RESERVED")
                        && seen.at("/heldUp/0/service").asString("").equals("billing-service")
                        && seen.at("/heldUp/0/eventType").asString("").equals("order.inventory_reserved")
                        && seen.at("/heldUp/0/dead").asBoolean());
        Pattern row = Pattern.compile("billing-service/(\\d+) .*" + order);
        Done listed =
                once("./mops dead-letters", done -> row.matcher(done.out()).find());
        known.put("<id>", find(row, listed.out()));
        once("./mops dead-letters show billing-service/", done -> done.out().contains("order.inventory_reserved"));
        once("./mops fail --clear billing-service", done -> done.status() == 0);
        once("./mops dead-letters replay billing-service/", done -> done.status() == 0);
        until(
                "curl localhost:8081/orders/",
                seen -> seen.at("/status").asString().equals("SHIPPED")
                        && seen.at("/heldUp").isEmpty());

        assertThat(commands).as("commands of the page that are not expected").isEmpty();
    }

    /** Runs the next command of the page, which must begin so. */
    private Done once(String begin, Predicate<Done> expected) {
        String command = next(begin);
        Done done = run(command);
        assertThat(done).as(command).matches(expected);
        return done;
    }

    /** The same, again and again, as one who waits for something. */
    private void until(String begin, Predicate<JsonNode> expected) {
        String command = next(begin);
        Shop.eventually()
                .atMost(LONGEST_WAIT)
                .alias(command)
                .until(() -> JSON.readTree(run(command).out()), expected);
    }

    private String next(String begin) {
        String command = commands.poll();
        assertThat(command).as("the next command of docs/operating.md").startsWith(begin);
        for (Map.Entry<String, String> value : known.entrySet()) {
            command = command.replace(value.getKey(), value.getValue());
        }
        return command;
    }

    private Done run(String command) {
        List<String> words = new ArrayList<>();
        for (MatchResult word : WORD.matcher(command).results().toList()) {
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
        }
        String program = words.removeFirst();
        return program.equals("curl") ? curl(words) : mops(words.toArray(String[]::new));
    }

    private Done mops(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Mops.execute(
                PlatformExtension.root(),
                shop.platform(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
        return new Done(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The page speaks of the demo's ports; here the same services are elsewhere. */
    private Done curl(List<String> words) {
        assertThat(words).as("what this test understands of curl").hasSize(1);
        Matcher address = LOCAL.matcher(words.getFirst());
        assertThat(address.matches()).as(words.getFirst()).isTrue();
        int port = Integer.parseInt(address.group(1));
        String service = demo.services().stream()
                .filter(name -> demo.service(name).port() == port)
                .findFirst()
                .orElseThrow();
        HttpResponse<String> answer = shop.get(shop.url(service).resolve(URI.create(address.group(2))));
        return new Done(answer.statusCode() == 200 ? 0 : 1, answer.body(), "");
    }

    /** The audit after the class knows what was ordered. */
    private UUID remember(UUID order) {
        JsonNode placed = JSON.readTree(
                shop.get(shop.url("order-service").resolve("/orders/" + order)).body());
        JsonNode line = placed.at("/lines/0");
        shop.placed()
                .put(
                        order,
                        Wish.of(
                                line.path("sku").asString(),
                                line.path("quantity").asInt()));
        return order;
    }

    private static String find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    /** How a command ended. */
    private record Done(int status, String out, String err) {}
}
