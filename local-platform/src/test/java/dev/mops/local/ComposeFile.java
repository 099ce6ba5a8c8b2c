package dev.mops.local;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/** A {@code docker-compose.yml}, read as Docker Compose reads it, but for its variables. */
record ComposeFile(Map<String, Map<String, Map<String, Object>>> sections) {

    static ComposeFile of(Path root) throws IOException {
        try (Reader file = Files.newBufferedReader(root.resolve("docker-compose.yml"))) {
            return new ComposeFile(new Yaml().load(file));
        }
    }

    /** All that a service is given, merged. */
    Map<String, Object> service(String name) {
        return entry("services", name);
    }

    @SuppressWarnings("unchecked")
    List<String> entrypoint(String service) {
        return (List<String>) requireNonNull(service(service).get("entrypoint"));
    }

    /** The text of a file that a container gets. */
    String content(String config) {
        return requireNonNull(entry("configs", config).get("content")).toString();
    }

    private Map<String, Object> entry(String section, String name) {
        return requireNonNull(requireNonNull(sections.get(section)).get(name), name);
    }
}
