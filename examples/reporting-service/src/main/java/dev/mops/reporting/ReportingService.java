package dev.mops.reporting;

import dev.mops.events.EventMetadata;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Keeps what the reports are made of. */
@Service
@Transactional
class ReportingService {

    private static final Logger log = LoggerFactory.getLogger(ReportingService.class);

    private final Sales sales;

    ReportingService(Sales sales) {
        this.sales = sales;
    }

    /** Loads and locks what a batch needs. */
    void lock(List<OrderEvent> events) {
        sales.lock(events.stream().map(OrderEvent::orderId).distinct().toList());
    }

    /** Notes an order, under the hour of its event: the same whenever the event is read. */
    void placed(OrderCreated order, EventMetadata metadata) {
        if (sales.find(order.orderId()).isEmpty()) {
            sales.save(new Sale(order, metadata.time()));
        }
    }

    /** Takes what became of an order; one whose beginning lies before what this group was fed with is not reported. */
    void moved(OrderEvent event) {
        sales.find(event.orderId())
                .ifPresentOrElse(sale -> sale.on(event), () -> log.debug("The order began before this report"));
    }
}
