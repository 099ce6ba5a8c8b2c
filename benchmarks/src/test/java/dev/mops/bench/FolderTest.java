package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {

    @TempDir
    Path folder;

    @Test
    void data_go_and_logs_stay_where_something_has_failed() throws IOException {
        Path data = data();

        Folder.delete(data, true);

        assertThat(data).isDirectoryRecursivelyContaining("glob:**/logs/order-service.log");
        assertThat(data.resolve("postgres")).doesNotExist();
        assertThat(data.resolve("logs/order-service.pid")).doesNotExist();
    }

    @Test
    void else_nothing_stays_and_nothing_may_have_been_there() throws IOException {
        Path data = data();

        Folder.delete(data, false);
        Folder.delete(data, false);

        assertThat(data).doesNotExist();
    }

    private Path data() throws IOException {
        Path data = folder.resolve("data");
        Files.writeString(Files.createDirectories(data.resolve("postgres/data")).resolve("PG_VERSION"), "18");
        Path logs = Files.createDirectories(data.resolve("logs"));
        Files.writeString(logs.resolve("order-service.log"), "Why");
        Files.writeString(logs.resolve("order-service.pid"), "1");
        return data;
    }
}
