package dev.mops.shipping;

import dev.mops.events.EventCodec;
import dev.mops.events.order.OrderEvent;
import dev.mops.messaging.Outbox;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Follows what the log says of orders, and has the carrier make and void their labels. */
@Service
@Transactional
class ShippingService {

    private final Shipments shipments;
    private final Carrier carrier;
    private final Outbox outbox;

    ShippingService(Shipments shipments, Carrier carrier, Outbox outbox) {
        this.shipments = shipments;
        this.carrier = carrier;
        this.outbox = outbox;
    }

    /** Loads and locks the shipments of a batch. */
    void lock(List<OrderEvent> events) {
        shipments.lock(new HashSet<>(events.stream().map(OrderEvent::orderId).toList()));
    }

    /** Takes an event from the log. */
    void follow(OrderEvent event) {
        shipmentOf(event).on(event);
    }

    /** Takes an event from the log and says what the carrier is to do now, if anything. */
    Optional<Carrier.Request> intend(OrderEvent event) {
        Shipment shipment = shipmentOf(event);
        shipment.on(event);
        return shipment.due();
    }

    /** Asks the carrier. */
    @Transactional(propagation = Propagation.NEVER)
    Carrier.Answer call(Carrier.Request request) {
        return switch (request) {
            case Carrier.MakeLabel label -> carrier.label(label);
            case Carrier.VoidLabel label -> carrier.voidLabel(label.key());
        };
    }

    /** Takes the carrier's answer and publishes what it leads to. */
    void record(OrderEvent event, Carrier.Answer answer) {
        shipments.find(event.orderId()).orElseThrow().on(answer).ifPresent(outbox::publish);
    }

    private Shipment shipmentOf(OrderEvent event) {
        UUID orderId = event.orderId();
        return shipments.find(orderId).orElseGet(() -> {
            Shipment shipment = new Shipment(EventCodec.newId(), orderId);
            shipments.add(shipment);
            return shipment;
        });
    }
}
