package dev.mops.bench.textbook;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.data.domain.Limit;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Looks for rows from time to time; a batch a look, however many wait. */
@Component
class OutboxPoller {

    private final OutboxRows rows;
    private final KafkaTemplate<String, String> kafka;
    private final TextbookSettings settings;

    OutboxPoller(OutboxRows rows, KafkaTemplate<String, String> kafka, TextbookSettings settings) {
        this.rows = rows;
        this.kafka = kafka;
        this.settings = settings;
    }

    @Scheduled(fixedDelayString = "${textbook.delay}")
    @Transactional
    public void poll() {
        List<CompletableFuture<?>> sends = new ArrayList<>();
        for (OutboxRow row : rows.findBySentFalseOrderById(Limit.of(settings.batch()))) {
            CompletableFuture<?> send = kafka.send(row.topic(), row.key(), row.payload());
            if (!settings.asynchronous()) {
                send.join();
            }
            sends.add(send);
            row.markSent();
        }
        // One that failed rolls the marks back: all are sent again.
        sends.forEach(CompletableFuture::join);
    }
}
