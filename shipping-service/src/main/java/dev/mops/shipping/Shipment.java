package dev.mops.shipping;

import dev.mops.events.order.Address;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.shipping.Carrier.Answer;
import dev.mops.shipping.Carrier.Request;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What goes to the customer of an order, with its label. */
@Entity
class Shipment {

    @Id
    private UUID orderId;

    private UUID shipmentId;

    @Enumerated(EnumType.STRING)
    private ShipmentStatus status;

    private @Nullable Recipient recipient;
    private @Nullable Label label;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected Shipment() {}

    Shipment(UUID orderId, UUID shipmentId) {
        this.orderId = orderId;
        this.shipmentId = shipmentId;
        this.status = ShipmentStatus.NEW;
    }

    /**
     * Takes an event from the log.
     *
     * @throws IllegalStateException if the event can't come now
     */
    void on(OrderEvent event) {
        if (event instanceof OrderCreated order && status == ShipmentStatus.NEW) {
            recipient = Recipient.of(order.shippingAddress());
        }
        move(status.on(event));
    }

    /**
     * Takes the carrier's answer.
     *
     * @return the event that it leads to
     * @throws IllegalStateException if the state has moved since the carrier was asked
     */
    Optional<OrderEvent> on(Answer answer) {
        move(status.on(answer));
        return switch (answer) {
            case Answer.Made made -> {
                label = new Label(made.carrier(), made.trackingNumber(), made.pickupFrom(), made.pickupTo());
                yield Optional.of(new OrderShipped(orderId, shipmentId, made.carrier(), made.trackingNumber()));
            }
            case Answer.Undeliverable undeliverable ->
                Optional.of(new ShipmentFailed(orderId, shipmentId, undeliverable.reason()));
            case Answer.Voided _ -> Optional.empty();
        };
    }

    /**
     * An operator gave an event up.
     *
     * @return the event that it leads to
     */
    Optional<OrderEvent> discard(OrderEvent event) {
        ShipmentStatus before = status;
        move(status.onDiscard(event));
        boolean wasToShip = event instanceof OrderCreated || event instanceof OrderPaid;
        return wasToShip && status != before
                ? Optional.of(new ShipmentFailed(orderId, shipmentId, "Discarded by an operator"))
                : Optional.empty();
    }

    /** What is to be asked of the carrier: by the state alone, so that an intent that is open is asked again. */
    Optional<Request> dueRequest() {
        return switch (status) {
            case LABELLING ->
                Optional.of(new Request.MakeLabel(labelKey(), recipient().orElseThrow()));
            case VOIDING -> Optional.of(new Request.VoidLabel(labelKey()));
            case NEW, PENDING, LABELLED, SHIPPED, FAILED, VOIDED -> Optional.empty();
        };
    }

    UUID orderId() {
        return orderId;
    }

    UUID shipmentId() {
        return shipmentId;
    }

    ShipmentStatus status() {
        return status;
    }

    /** Where it goes to; empty where nothing ships any more. */
    Optional<Address> recipient() {
        return Optional.ofNullable(recipient).map(Recipient::toAddress);
    }

    /** The label, as long as it counts. */
    Optional<Label> label() {
        return status.hasLabel() ? Optional.ofNullable(label) : Optional.empty();
    }

    private String labelKey() {
        return "label:" + orderId;
    }

    private void move(ShipmentStatus next) {
        status = next;
        if (status.isAddressForgotten()) {
            recipient = null;
        }
    }

    /** What the carrier has made. */
    @Embeddable
    record Label(String carrier, String trackingNumber, Instant pickupFrom, Instant pickupTo) {}

    /**
     * The address as it is stored. Personal data: it does not print itself.
     *
     * @param street the lines of the address, each in a line of its own
     */
    @Embeddable
    record Recipient(String name, String street, String city, String postalCode, String country) {

        static Recipient of(Address address) {
            return new Recipient(
                    address.name(),
                    String.join("\n", address.addressLines()),
                    address.city(),
                    address.postalCode(),
                    address.country());
        }

        Address toAddress() {
            return new Address(name, street.lines().toList(), city, postalCode, country);
        }

        @Override
        public String toString() {
            return "Recipient[…]";
        }
    }
}
