package dev.mops.bench.textbook;

import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** The door for events: a record, a transaction. */
@Component
class EventListener {

    private final TextbookSettings settings;
    private final Inbox inbox;
    private final Steps steps;
    private final Orders orders;
    private final Outbox outbox;
    private final JsonMapper json;

    EventListener(TextbookSettings settings, Inbox inbox, Steps steps, Orders orders, Outbox outbox, JsonMapper json) {
        this.settings = settings;
        this.inbox = inbox;
        this.steps = steps;
        this.orders = orders;
        this.outbox = outbox;
        this.json = json;
    }

    public String getTopic() {
        return settings.topic(settings.role().hears());
    }

    @KafkaListener(topics = "#{__listener.topic}")
    @Transactional
    public void on(String record) {
        Event event = json.readValue(record, Event.class);
        if (inbox.existsById(event.id())) {
            return;
        }
        inbox.save(new InboxRow(event.id()));
        settings.role()
                .says()
                .ifPresentOrElse(
                        next -> {
                            steps.save(new Step(event.orderId(), next));
                            outbox.add(Event.of(next, event.orderId(), event.order()));
                        },
                        () -> orders.findById(event.orderId()).orElseThrow().ship());
    }
}
