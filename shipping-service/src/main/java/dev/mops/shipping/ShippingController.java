package dev.mops.shipping;

import dev.mops.web.ProblemException;
import java.util.List;
import java.util.UUID;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The door for HTTP. */
@RestController
class ShippingController {

    private final Shipments shipments;

    ShippingController(Shipments shipments) {
        this.shipments = shipments;
    }

    /** The shipment of an order; none where the order is not known here yet. */
    @GetMapping("/shipments")
    @Transactional(readOnly = true)
    List<ShipmentView> shipments(@RequestParam UUID orderId) {
        return shipments.find(orderId).map(ShipmentView::of).stream().toList();
    }

    /** The label to print, as long as it counts. Nobody keeps a copy: it may be voided, and it holds an address. */
    @GetMapping(path = "/shipments/{shipmentId}/label", produces = LabelImage.MEDIA_TYPE)
    @Transactional(readOnly = true)
    ResponseEntity<String> label(@PathVariable UUID shipmentId) {
        Shipment shipment = shipments
                .findByShipmentId(shipmentId)
                .orElseThrow(() -> ProblemException.notFound("There is no shipment " + shipmentId));
        if (shipment.status().isTakenBack()) {
            throw ProblemException.gone("The shipment " + shipmentId + " is " + shipment.status()
                    + ": its order ended before it had shipped, so there is no label any more");
        }
        Shipment.Label label = shipment.label()
                .orElseThrow(() -> ProblemException.notFound(
                        "The shipment " + shipmentId + " is " + shipment.status() + " and has no label"));
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(LabelImage.svg(label, shipment.recipient().orElseThrow()));
    }
}
