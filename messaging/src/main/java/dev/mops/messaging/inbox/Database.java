package dev.mops.messaging.inbox;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/** Asks whether the database is there, on a fresh connection: one of the pool may be broken, or not to be had. */
final class Database {

    private static final int TIMEOUT_SECONDS = 2;

    private final String url;
    private final Properties properties;

    Database(JdbcConnectionDetails database) {
        this.url = database.getJdbcUrl();
        this.properties = new Properties();
        if (database.getUsername() != null) {
            properties.setProperty("user", database.getUsername());
        }
        if (database.getPassword() != null) {
            properties.setProperty("password", database.getPassword());
        }
        properties.setProperty("connectTimeout", Integer.toString(TIMEOUT_SECONDS));
        properties.setProperty("socketTimeout", Integer.toString(TIMEOUT_SECONDS));
        properties.setProperty("loginTimeout", Integer.toString(TIMEOUT_SECONDS));
    }

    boolean answers() {
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            return connection.isValid(TIMEOUT_SECONDS);
        } catch (SQLException e) {
            return false;
        }
    }
}
