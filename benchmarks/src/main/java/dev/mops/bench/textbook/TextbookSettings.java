package dev.mops.bench.textbook;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The settings.
 *
 * @param role what this process is
 * @param chain begins the names of its topics: chains on one broker do not meet
 * @param batch rows that one poll of the outbox takes
 * @param asynchronous whether a poll sends all its rows before it waits for the broker; else it waits for each
 */
@ConfigurationProperties("textbook")
record TextbookSettings(Role role, String chain, int batch, boolean asynchronous) {

    String topic(String event) {
        return chain + "." + event;
    }
}
