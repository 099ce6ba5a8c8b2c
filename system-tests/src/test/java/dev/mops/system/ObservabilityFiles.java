package dev.mops.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What Prometheus and Grafana are given, and what they ask for. */
final class ObservabilityFiles {

    static final Path ROOT = PlatformExtension.root();
    static final Path PROMETHEUS = ROOT.resolve("observability/prometheus");

    private static final JsonMapper JSON = JsonMapper.shared();

    /** All of an expression that is no name of a metric, but for functions and operators. */
    private static final Pattern BESIDES = Pattern.compile(
            "\"[^\"]*\"|\\{[^}]*}|\\[[^]]*]" + "|\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)");

    private static final Pattern NAME = Pattern.compile("\\b[a-zA-Z_:][\\w:]*\\b(?!\\s*\\()");
    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool", "offset");

    private ObservabilityFiles() {}

    /** A file of YAML or, which is the same to its reader, of JSON. */
    static JsonNode read(Path file) {
        try {
            return JSON.valueToTree(new Yaml().load(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<JsonNode> alerts() {
        return read(PROMETHEUS.resolve("rules.yml"))
                .at("/groups")
                .valueStream()
                .flatMap(group -> group.at("/rules").valueStream())
                .toList();
    }

    /** The panels of the dashboard that show something. */
    static List<JsonNode> panels() {
        return read(ROOT.resolve("observability/grafana/dashboards/mo-ps.json"))
                .at("/panels")
                .valueStream()
                .filter(panel -> !panel.path("type").asString().equals("row"))
                .toList();
    }

    /** The expressions of the dashboard. */
    static List<String> queries() {
        return panels().stream()
                .flatMap(panel -> panel.at("/targets").valueStream())
                .map(target -> target.path("expr").asString())
                .toList();
    }

    /** The metrics that alerts and dashboard ask for. */
    static Set<String> metrics() {
        Set<String> metrics = new TreeSet<>();
        Stream.concat(alerts().stream().map(alert -> alert.path("expr").asString()), queries().stream())
                .forEach(expression -> metrics.addAll(metrics(expression)));
        return metrics;
    }

    /** The metrics that an expression asks for. */
    static Set<String> metrics(String expression) {
        Set<String> metrics = new TreeSet<>();
        NAME.matcher(BESIDES.matcher(expression).replaceAll(""))
                .results()
                .map(name -> name.group())
                .filter(name -> !OPERATORS.contains(name))
                .forEach(metrics::add);
        return metrics;
    }
}
