package dev.mops.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.mops.local.Platform;
import dev.mops.local.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Alerts, dashboard and the containers that show them fit each other, the platform and the page of the operator. Where
 * {@code promtool} or Docker Compose is, it has its say, too.
 */
class ObservabilityFilesTest {

    private static final Path ROOT = ObservabilityFiles.ROOT;
    private static final Path PROMETHEUS = ObservabilityFiles.PROMETHEUS;
    private static final Pattern ENTRY = Pattern.compile("(?m)^### (\\w+)\n\n(?s:(.*?))(?=^##|\\z)");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");
    private static final Pattern ABSENT = Pattern.compile("absent\\(up\\{job=\"([^\"]+)\"}\\)");
    private static final Set<String> SHOWING = Set.of("prometheus", "grafana", "jaeger");

    private final Platform demo = Platform.at(ROOT, Path.of("target", "none").toAbsolutePath(), Ports.demo());
    private final JsonNode overlay = ObservabilityFiles.read(ROOT.resolve("docker-compose.observability.yml"));

    @Test
    void prometheus_reads_every_service_at_each_of_its_addresses() {
        Map<String, Integer> jobs = new TreeMap<>();
        for (JsonNode job :
                ObservabilityFiles.read(PROMETHEUS.resolve("prometheus.yml")).at("/scrape_configs")) {
            String name = job.path("job_name").asString();
            assertThat(job.path("metrics_path").asString()).as(name).isEqualTo("/actuator/prometheus");
            assertThat(job.at("/dns_sd_configs/0/names/0").asString()).as(name).isEqualTo(name);
            assertThat(job.at("/dns_sd_configs/0/type").asString()).as(name).isEqualTo("A");
            jobs.put(name, job.at("/dns_sd_configs/0/port").asInt());
        }

        Map<String, Integer> services = new TreeMap<>();
        demo.services()
                .forEach(service -> services.put(service, demo.service(service).port()));
        assertThat(jobs).isEqualTo(services);
    }

    @Test
    void of_every_service_it_is_noticed_that_there_is_none() {
        assertThat(ABSENT.matcher(alert("ServiceNotScraped").path("expr").asString())
                        .results()
                        .map(service -> service.group(1)))
                .containsExactlyInAnyOrderElementsOf(demo.services());
    }

    @Test
    void an_alert_says_how_bad_it_is_what_it_is_and_where_the_operator_reads_on() {
        assertThat(ObservabilityFiles.alerts()).hasSizeGreaterThan(10).allSatisfy(alert -> {
            assertThat(alert.at("/labels/severity").asString()).isIn("critical", "warning");
            assertThat(alert.at("/annotations/summary").asString()).isNotBlank();
            assertThat(alert.at("/annotations/runbook").asString())
                    .isEqualTo("docs/operating.md#" + name(alert).toLowerCase(Locale.ROOT));
        });
    }

    @Test
    void the_operator_s_page_has_an_entry_of_each_alert_and_of_no_other() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/operating.md"));
        String alerts = page.replaceFirst("(?s).*\n## Alerts\n", "").replaceFirst("(?s)\n## .*", "\n");
        List<MatchResult> entries = ENTRY.matcher(alerts).results().toList();

        assertThat(entries.stream().map(entry -> entry.group(1)))
                .containsExactlyElementsOf(ObservabilityFiles.alerts().stream()
                        .map(ObservabilityFilesTest::name)
                        .toList());
        assertThat(entries)
                .allSatisfy(entry -> assertThat(entry.group(2))
                        .as(entry.group(1))
                        .containsSubsequence("- You see: ", "\n- It means: ", "\n- Do: "));
    }

    @Test
    void of_every_alert_there_is_a_test_that_it_fires_and_one_that_it_does_not() {
        List<String> fires = new ArrayList<>();
        List<String> doesNot = new ArrayList<>();
        for (JsonNode test :
                ObservabilityFiles.read(PROMETHEUS.resolve("rules-test.yml")).at("/tests")) {
            for (JsonNode check : test.at("/alert_rule_test")) {
                (check.path("exp_alerts").isEmpty() ? doesNot : fires)
                        .add(check.path("alertname").asString());
            }
        }
        List<String> alerts = ObservabilityFiles.alerts().stream()
                .map(ObservabilityFilesTest::name)
                .toList();

        assertThat(fires).containsAll(alerts);
        assertThat(doesNot).containsAll(alerts);
    }

    @Test
    void the_metrics_of_an_expression_are_found() {
        assertThat(ObservabilityFiles.metrics("""
                histogram_quantile(0.95, sum by (job, le) (rate(one_bucket{job=~"$service", uri!~"/a.*"}[$__rate_interval])))
                  / on (job) group_left (type) max(two) > 1e3 unless (three == bool 0 and absent(four{state="x"} offset 5m))""")).containsExactly("four", "one_bucket", "three", "two");
    }

    @Test
    void what_alerts_and_dashboard_ask_of_mo_ps_is_described() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/observing.md"));

        assertThat(ObservabilityFiles.metrics().stream().filter(metric -> metric.startsWith("mops_")))
                .hasSizeGreaterThan(20)
                .allMatch(metric -> page.contains("`" + metric + "`")
                        || page.contains("`" + metric.replaceFirst("_(bucket|count|sum|max)$", "") + "`"));
    }

    @Test
    void a_panel_has_a_title_a_place_of_its_own_and_asks_a_source_that_there_is() {
        Set<String> sources = Set.copyOf(
                ObservabilityFiles.read(ROOT.resolve("observability/grafana/provisioning/datasources/mo-ps.yml"))
                        .at("/datasources")
                        .valueStream()
                        .map(source -> source.path("uid").asString())
                        .toList());
        List<JsonNode> panels = ObservabilityFiles.panels();

        assertThat(panels)
                .hasSizeGreaterThan(10)
                .extracting(panel -> panel.path("id").asInt())
                .doesNotHaveDuplicates();
        assertThat(panels).extracting(panel -> panel.path("title").asString()).doesNotHaveDuplicates();
        assertThat(panels).extracting(panel -> panel.path("gridPos")).doesNotHaveDuplicates();
        assertThat(panels)
                .allSatisfy(panel -> assertThat(panel.path("targets"))
                        .isNotEmpty()
                        .allSatisfy(target -> assertThat(sources)
                                .contains(target.at("/datasource/uid").asString())));
        assertThat(ObservabilityFiles.queries()).doesNotContain("");
    }

    @Test
    void every_service_sends_its_traces_to_jaeger() {
        for (String service : demo.services()) {
            assertThat(overlay.at("/services/" + service
                                    + "/environment/MANAGEMENT_OPENTELEMETRY_TRACING_EXPORT_OTLP_ENDPOINT")
                            .asString())
                    .as(service)
                    .isEqualTo("http://jaeger:4318/v1/traces");
        }
        assertThat(overlay.path("services").propertyNames())
                .containsExactlyInAnyOrderElementsOf(Stream.concat(demo.services().stream(), SHOWING.stream())
                        .toList());
    }

    @Test
    void jaeger_keeps_no_more_traces_than_its_memory_takes() throws IOException {
        Matcher traces = Pattern.compile("some_storage\\.memory\\.max_traces=(\\d+)")
                .matcher(overlay.at("/services/jaeger/command/0").asString());
        Matcher memory = Pattern.compile("(?m)^JAEGER_MEMORY=(\\d+)m$").matcher(Files.readString(ROOT.resolve(".env")));

        assertThat(traces.find() && memory.find()).isTrue();
        // Twice what a trace takes, since its collector lets the memory grow to twice of what is in use.
        assertThat(Long.parseLong(memory.group(1)) * 1024 / Long.parseLong(traces.group(1)))
                .as("kB for each trace")
                .isGreaterThanOrEqualTo(160);
    }

    @ParameterizedTest
    @ValueSource(strings = {"prometheus", "grafana", "jaeger"})
    void a_container_that_shows_something_is_pinned_limited_and_changes_no_file(String container) throws IOException {
        JsonNode service = overlay.path("services").path(container);
        String settings = "\n" + Files.readString(ROOT.resolve(".env"));

        assertThat(service.path("image").asString()).matches("[a-z/]+:v?\\d+\\.\\d+\\.\\d+");
        assertThat(service.path("mem_limit").asString()).isNotBlank();
        assertThat(service.path("ports").valueStream().map(JsonNode::asString))
                .isNotEmpty()
                .allMatch(port -> port.startsWith("${MOPS_ADDRESS}:"));
        assertThat(VARIABLE.matcher(service.toString()).results().map(variable -> variable.group(1)))
                .isNotEmpty()
                .allMatch(variable -> settings.contains("\n" + variable + "="));
        assertThat(service.path("volumes")
                        .valueStream()
                        .map(JsonNode::asString)
                        .filter(volume -> volume.startsWith(".")))
                .allMatch(volume -> volume.endsWith(":ro")
                        && Files.isDirectory(ROOT.resolve(volume.substring(0, volume.indexOf(':')))));
    }

    @Test
    void docker_compose_understands_both_files() throws Exception {
        assumeThat(isThere("docker", "compose", "version")).isTrue();
        run(
                ROOT,
                "docker",
                "compose",
                "-f",
                "docker-compose.yml",
                "-f",
                "docker-compose.observability.yml",
                "config",
                "--quiet");
    }

    @Test
    void prometheus_understands_its_settings_and_the_alerts() throws Exception {
        assumeThat(isThere("promtool", "--version")).isTrue();
        run(PROMETHEUS, "promtool", "check", "config", "prometheus.yml");
        run(PROMETHEUS, "promtool", "check", "rules", "rules.yml");
    }

    @Test
    void the_alerts_fire_when_they_should_and_not_when_they_should_not() throws Exception {
        assumeThat(isThere("promtool", "--version")).isTrue();
        run(PROMETHEUS, "promtool", "test", "rules", "rules-test.yml");
    }

    @Test
    void prometheus_understands_what_the_dashboard_asks(@TempDir Path folder) throws Exception {
        assumeThat(isThere("promtool", "--version")).isTrue();
        List<Map<String, String>> rules = new ArrayList<>();
        for (String query : ObservabilityFiles.queries()) {
            rules.add(Map.of(
                    "record",
                    "query:" + rules.size(),
                    // What Grafana puts in.
                    "expr",
                    query.replace("$__rate_interval", "1m").replace("$service", ".+")));
        }
        Path file = folder.resolve("dashboard.json");
        Files.writeString(
                file,
                JsonMapper.shared()
                        .writeValueAsString(Map.of("groups", List.of(Map.of("name", "dashboard", "rules", rules)))));

        run(folder, "promtool", "check", "rules", file.toString());
    }

    private static String name(JsonNode alert) {
        return alert.path("alert").asString();
    }

    private static JsonNode alert(String name) {
        return ObservabilityFiles.alerts().stream()
                .filter(alert -> name(alert).equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isThere(String... command) throws InterruptedException {
        try {
            return start(ROOT, command).waitFor() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static void run(Path folder, String... command) throws IOException, InterruptedException {
        Process process = start(folder, command);
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            fail(String.join(" ", command) + "\n" + output);
        }
    }

    private static Process start(Path folder, String... command) throws IOException {
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
    }
}
