package dev.mops.order;

import dev.mops.events.order.Money;
import dev.mops.events.order.OrderEvents;
import dev.mops.messaging.HeldKeys;
import dev.mops.messaging.HeldUp;
import dev.mops.web.IdempotentRequests;
import dev.mops.web.Printable;
import dev.mops.web.ProblemException;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The door for HTTP. */
@RestController
class OrderController {

    private final OrderService service;
    private final Orders orders;
    private final HeldKeys heldKeys;
    private final IdempotentRequests idempotent;

    OrderController(OrderService service, Orders orders, HeldKeys heldKeys, IdempotentRequests idempotent) {
        this.service = service;
        this.orders = orders;
        this.heldKeys = heldKeys;
        this.idempotent = idempotent;
    }

    /** Places an order. It is accepted with the answer; whether it ships, its status tells. */
    @PostMapping(path = "/orders", produces = MediaType.APPLICATION_JSON_VALUE)
    @ApiResponse(
            responseCode = "202",
            description = "Accepted, or accepted before with the same Idempotency-Key",
            headers = @Header(name = "Location", description = "The order", schema = @Schema(type = "string")),
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = OrderView.class)))
    @ApiResponse(
            responseCode = "429",
            description = "More orders are in flight than the platform carries; nothing was stored",
            headers =
                    @Header(name = "Retry-After", description = "Seconds to wait", schema = @Schema(type = "integer")),
            content = @Content)
    ResponseEntity<String> place(
            @RequestBody @Valid PlaceOrderRequest request,
            @RequestHeader(name = "Idempotency-Key", required = false)
                    @Size(min = 1, max = IdempotentRequests.MAX_KEY_LENGTH) @Nullable String idempotencyKey) {
        return idempotent.once("POST /orders", request.customerId(), idempotencyKey, request, () -> {
            Order order = service.place(request);
            return ResponseEntity.accepted()
                    .location(URI.create("/orders/" + order.id()))
                    // Nobody has heard of it yet, so nobody holds it up.
                    .body(view(order, Optional.empty()));
        });
    }

    /** An order with its lines and its timeline, both of one moment. */
    @GetMapping("/orders/{orderId}")
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    OrderView order(@PathVariable UUID orderId) {
        return orders.find(orderId)
                .map(this::view)
                .orElseThrow(() -> ProblemException.notFound("There is no order " + orderId));
    }

    /** Asks for a cancellation; the log decides whether it comes in time. */
    @PostMapping(path = "/orders/{orderId}/cancellation", produces = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Transactional
    OrderView cancel(@PathVariable UUID orderId) {
        return view(service.cancel(orderId));
    }

    /** Orders, newest first. */
    @GetMapping("/orders")
    @Transactional(readOnly = true)
    OrderPage orders(
            @RequestParam(required = false) @Size(max = 100) @Printable @Nullable String customerId,
            @RequestParam(required = false) @Nullable OrderStatus status,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000) int page,
            @RequestParam(defaultValue = "20") @Min(1) @Max(100) int size) {
        Orders.Filter filter = new Orders.Filter(customerId, status);
        return OrderPage.of(orders.list(filter, page, size), page, size, orders.count(filter));
    }

    /** What can be ordered. */
    @GetMapping("/products")
    @Transactional(readOnly = true)
    List<ProductView> products() {
        return orders.products().stream()
                .map(product -> new ProductView(product.sku(), product.name(), product.price()))
                .toList();
    }

    private OrderView view(Order order) {
        return view(order, heldKeys.find(OrderEvents.FAMILY.topic(), order.id().toString()));
    }

    private OrderView view(Order order, Optional<HeldUp> heldUpHere) {
        return OrderView.of(order, orders.timelineOf(order.id()), heldUpHere);
    }

    /** A product as a customer sees it. */
    record ProductView(String sku, String name, Money price) {}
}
