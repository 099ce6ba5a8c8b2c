package dev.mops.bench.textbook;

import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Where events wait, in the transaction that leads to them. */
@Component
class Outbox {

    private final OutboxRows rows;
    private final TextbookSettings settings;
    private final JsonMapper json;

    Outbox(OutboxRows rows, TextbookSettings settings, JsonMapper json) {
        this.rows = rows;
        this.settings = settings;
        this.json = json;
    }

    void add(Event event) {
        rows.save(new OutboxRow(
                settings.topic(event.type()), event.orderId().toString(), json.writeValueAsString(event)));
    }
}
