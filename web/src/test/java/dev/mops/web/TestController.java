package dev.mops.web;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** A door that fails as it is asked to. */
@RestController
class TestController {

    /** The answers that are still to come. */
    final BlockingQueue<DeferredResult<String>> open = new LinkedBlockingQueue<>();

    private final IdempotentRequests idempotent;

    TestController(IdempotentRequests idempotent) {
        this.idempotent = idempotent;
    }

    @GetMapping("/failure")
    String fail(@RequestParam Failure of) {
        throw switch (of) {
            case CODE -> new IllegalStateException("a secret");
            case POOL -> new CannotCreateTransactionException("a secret");
            case CONNECTION -> new DataAccessResourceFailureException("a secret");
            case SHUTDOWN -> shutdown();
            case COMMIT ->
                new TransactionSystemException(
                        "a secret", new SQLException("a secret", "08006", new IOException("Broken pipe")));
            case ROLLBACK -> {
                TransactionSystemException rollback = new TransactionSystemException("a secret");
                rollback.initApplicationException(shutdown());
                yield rollback;
            }
            case CLOSED -> new UncategorizedSQLException("a", "secret", new SQLException("Connection is closed"));
            case DEADLOCK -> new PessimisticLockingFailureException("a secret");
        };
    }

    @PostMapping("/later")
    DeferredResult<String> answerLater(@RequestBody Greeting greeting) {
        DeferredResult<String> answer = new DeferredResult<>();
        open.add(answer);
        return answer;
    }

    /** More than fits between server and client. */
    @GetMapping("/much")
    Greeting tellMuch() {
        return new Greeting("Ada".repeat(10_000_000));
    }

    private static UncategorizedSQLException shutdown() {
        return new UncategorizedSQLException("a", "secret", new SQLException("a secret", "57P01"));
    }

    @PostMapping(path = "/greetings", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<String> greet(
            @RequestBody Greeting greeting,
            @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key) {
        return idempotent.once("POST /greetings", "", key, greeting, () -> {
            if (greeting.name().equals("nobody")) {
                throw new IllegalStateException("Nobody can be greeted");
            }
            return ResponseEntity.ok(greeting);
        });
    }

    /** Whom to greet. */
    record Greeting(String name) {}

    /** What fails. */
    enum Failure {
        CODE,
        POOL,
        CONNECTION,
        SHUTDOWN,
        COMMIT,
        ROLLBACK,
        CLOSED,
        DEADLOCK
    }
}
