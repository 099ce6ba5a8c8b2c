package dev.mops.bench.textbook;

import java.net.URI;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** The door for HTTP. */
@RestController
class OrderController {

    private final OrderService orders;

    OrderController(OrderService orders) {
        this.orders = orders;
    }

    @PostMapping("/orders")
    ResponseEntity<Void> place(@RequestBody PlaceOrder request) {
        return ResponseEntity.accepted()
                .location(URI.create("/orders/" + orders.place(request)))
                .build();
    }

    /** Answers nothing: what HTTP costs by itself. */
    @GetMapping("/empty")
    void empty() {}
}
