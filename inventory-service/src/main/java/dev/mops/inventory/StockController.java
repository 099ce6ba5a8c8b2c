package dev.mops.inventory;

import dev.mops.web.IdempotentRequests;
import dev.mops.web.Printable;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** The door for HTTP. */
@RestController
class StockController {

    private final StockService service;
    private final Stocks stocks;
    private final IdempotentRequests idempotent;

    StockController(StockService service, Stocks stocks, IdempotentRequests idempotent) {
        this.service = service;
        this.stocks = stocks;
        this.idempotent = idempotent;
    }

    /** The stock of all products. */
    @GetMapping("/stock")
    @Transactional(readOnly = true)
    List<StockView> all() {
        return stocks.all().stream().map(StockView::of).toList();
    }

    /** The stock of a product. */
    @GetMapping("/stock/{sku}")
    @Transactional(readOnly = true)
    StockView one(@PathVariable @Size(max = 64) @Printable String sku) {
        return stocks.find(sku).map(StockView::of).orElseThrow(() -> StockService.unknown(sku));
    }

    /** Receives pieces of a product. */
    @PostMapping(path = "/stock/{sku}/receipts", produces = MediaType.APPLICATION_JSON_VALUE)
    @ApiResponse(
            responseCode = "200",
            description = "Received, or received before with the same Idempotency-Key",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = StockView.class)))
    ResponseEntity<String> receive(
            @PathVariable @Size(max = 64) @Printable String sku,
            @RequestBody @Valid Receipt receipt,
            @RequestHeader(name = "Idempotency-Key", required = false)
                    @Size(min = 1, max = IdempotentRequests.MAX_KEY_LENGTH) @Nullable String idempotencyKey) {
        return idempotent.once(
                "POST /stock/" + sku + "/receipts",
                "",
                idempotencyKey,
                receipt,
                () -> ResponseEntity.ok(StockView.of(service.receive(sku, receipt.quantity()))));
    }

    /**
     * The request to receive pieces.
     *
     * @param quantity how many
     */
    record Receipt(@Min(1) @Max(1_000_000) int quantity) {}

    /**
     * The stock of a product.
     *
     * @param available pieces on hand that are not reserved
     */
    record StockView(String sku, long onHand, long reserved, long available) {

        static StockView of(Stock stock) {
            return new StockView(stock.sku(), stock.onHand(), stock.reserved(), stock.available());
        }
    }
}
