package dev.mops.web;

import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers a repeated request with the first answer. The idempotency key and the effect of the request are one
 * transaction, so two requests with one key at the same moment have one effect: the second waits for the first.
 *
 * <p>Only success is kept, for {@code mops.web.idempotency-retention}, in the service's table {@code idempotency_key}.
 */
public final class IdempotentRequests {

    /** The longest idempotency key, in characters. */
    public static final int MAX_KEY_LENGTH = 200;

    private static final String TAKE = """
            INSERT INTO idempotency_key (endpoint, customer, key, request_hash) VALUES (?, ?, ?, ?)
            ON CONFLICT (endpoint, customer, key) DO UPDATE
               SET request_hash = excluded.request_hash, created_at = now()
             WHERE idempotency_key.created_at < now() - ?::bigint * interval '1 millisecond'
            """;
    private static final String KEEP =
            "UPDATE idempotency_key SET status = ?, location = ?, body = ? WHERE endpoint = ? AND customer = ? AND key = ?";
    private static final String READ =
            "SELECT request_hash, status, location, body FROM idempotency_key WHERE endpoint = ? AND customer = ? AND key = ?";

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final JsonMapper json;
    private final JsonMapper canonicalJson;
    private final long retentionMillis;

    IdempotentRequests(
            JdbcTemplate jdbc, PlatformTransactionManager transactions, JsonMapper json, Duration retention) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.json = json;
        this.retentionMillis = retention.toMillis();
        this.canonicalJson = json.rebuild()
                .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .build();
    }

    /**
     * Runs the work in a transaction, or returns the answer that it gave before.
     *
     * @param endpoint what is asked for, for example {@code POST /orders}
     * @param customer whose key it is; empty where the endpoint knows no customer
     * @param key the idempotency key; null runs the work without one
     * @param request the request as it was understood, so that white space and the order of fields make no difference
     * @param work the effect and its answer
     * @throws ProblemException 422 if the key was used with another request
     */
    public ResponseEntity<String> once(
            String endpoint, String customer, @Nullable String key, Object request, Supplier<ResponseEntity<?>> work) {
        ResponseEntity<String> answer = transaction.execute(
                status -> key == null ? write(work.get()) : once(new Scope(endpoint, customer, key), request, work));
        if (answer == null) {
            throw new IllegalStateException("A transaction without an answer");
        }
        return answer;
    }

    private ResponseEntity<String> once(Scope scope, Object request, Supplier<ResponseEntity<?>> work) {
        String hash = hash(request);
        int taken = jdbc.update(TAKE, scope.endpoint(), scope.customer(), scope.key(), hash, retentionMillis);
        if (taken == 0) {
            return repeat(scope, hash);
        }
        ResponseEntity<String> answer = write(work.get());
        URI location = answer.getHeaders().getLocation();
        jdbc.update(
                KEEP,
                answer.getStatusCode().value(),
                location == null ? null : location.toString(),
                answer.getBody(),
                scope.endpoint(),
                scope.customer(),
                scope.key());
        return answer;
    }

    private ResponseEntity<String> repeat(Scope scope, String hash) {
        Kept kept = jdbc.queryForObject(
                READ,
                (row, n) -> new Kept(row.getString(1), row.getInt(2), row.getString(3), row.getString(4)),
                scope.endpoint(),
                scope.customer(),
                scope.key());
        if (kept == null || !kept.hash().equals(hash)) {
            throw ProblemException.unprocessable(
                    List.of(new FieldError("Idempotency-Key", "was used with another request")));
        }
        ResponseEntity.BodyBuilder answer =
                ResponseEntity.status(kept.status()).contentType(MediaType.APPLICATION_JSON);
        if (kept.location() != null) {
            answer.header(HttpHeaders.LOCATION, kept.location());
        }
        return answer.body(kept.body());
    }

    // Written here, so that the first answer and the repeated one are the same to the byte.
    private ResponseEntity<String> write(ResponseEntity<?> answer) {
        return ResponseEntity.status(answer.getStatusCode())
                .headers(answer.getHeaders())
                .contentType(MediaType.APPLICATION_JSON)
                .body(json.writeValueAsString(answer.getBody()));
    }

    private String hash(Object request) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(canonicalJson.writeValueAsBytes(request)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private record Scope(String endpoint, String customer, String key) {}

    private record Kept(
            String hash,
            int status,
            @Nullable String location,
            @Nullable String body) {}
}
