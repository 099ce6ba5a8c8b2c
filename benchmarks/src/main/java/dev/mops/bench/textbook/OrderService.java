package dev.mops.bench.textbook;

import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Stores an order, and the event that says so. */
@Service
class OrderService {

    private final Orders orders;
    private final Outbox outbox;
    private final JsonMapper json;

    OrderService(Orders orders, Outbox outbox, JsonMapper json) {
        this.orders = orders;
        this.outbox = outbox;
        this.json = json;
    }

    @Transactional
    public UUID place(PlaceOrder request) {
        Order order = orders.save(new Order(request.customerId(), json.writeValueAsString(request.lines())));
        outbox.add(Event.of(Role.INVENTORY.hears(), order.id(), request));
        return order.id();
    }
}
