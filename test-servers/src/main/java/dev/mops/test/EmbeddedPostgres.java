package dev.mops.test;

import dev.mops.local.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.springframework.util.FileSystemUtils;

/** A PostgreSQL in processes of this machine; all that it has is in the folder of its log. */
record EmbeddedPostgres(PostgresServer server) implements TestPostgres {

    @Override
    public String jdbcUrl(String database) {
        server.createDatabase(database);
        return server.jdbcUrl(database) + TestServers.PARAMETERS;
    }

    @Override
    public String log() {
        try {
            return Files.readString(server.log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void kill() {
        server.kill();
    }

    @Override
    public void restart() {
        server.start();
    }

    @Override
    public void close() {
        server.kill();
        try {
            FileSystemUtils.deleteRecursively(server.log().getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
