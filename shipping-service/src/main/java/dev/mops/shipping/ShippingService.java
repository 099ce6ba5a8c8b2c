package dev.mops.shipping;

import dev.mops.events.EventCodec;
import dev.mops.events.order.OrderEvent;
import dev.mops.messaging.Outbox;
import dev.mops.shipping.Carrier.Answer;
import dev.mops.shipping.Carrier.Request;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Follows what the log says of an order, and has its label made or voided. */
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
        take(event);
    }

    /** Takes an event from the log, and says what is to be asked of the carrier now. */
    Optional<Request> intend(OrderEvent event) {
        return take(event).dueRequest();
    }

    /** Asks the carrier. */
    @Transactional(propagation = Propagation.NEVER)
    Answer call(Request request) {
        return switch (request) {
            case Request.MakeLabel label -> carrier.label(label);
            case Request.VoidLabel label -> carrier.voidLabel(label);
        };
    }

    /** Takes the carrier's answer, and publishes what it means for the order. */
    void record(OrderEvent event, Answer answer) {
        shipments.find(event.orderId()).orElseThrow().on(answer).ifPresent(outbox::publish);
    }

    /** An operator gave an event up: closes what waits for it, and tells the others. Nobody is called here. */
    void discard(OrderEvent event) {
        Optional<Shipment> known = shipments.find(event.orderId());
        Shipment shipment = known.orElseGet(() -> new Shipment(event.orderId(), EventCodec.newId()));
        Optional<OrderEvent> told = shipment.discard(event);
        if (known.isEmpty() && shipment.status() != ShipmentStatus.NEW) {
            shipments.add(shipment);
        }
        told.ifPresent(outbox::publish);
    }

    private Shipment take(OrderEvent event) {
        Optional<Shipment> known = shipments.find(event.orderId());
        Shipment shipment = known.orElseGet(() -> new Shipment(event.orderId(), EventCodec.newId()));
        shipment.on(event);
        if (known.isEmpty()) {
            shipments.add(shipment);
        }
        return shipment;
    }
}
