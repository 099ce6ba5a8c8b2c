package dev.mops.messaging.failure;

import dev.mops.messaging.failure.StoredFailureSwitches.How;
import dev.mops.messaging.failure.StoredFailureSwitches.Switch;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.databind.JsonNode;

/**
 * Failures on demand, over HTTP, among the endpoints of the actuator. A controller, since an operation of an endpoint takes
 * texts only.
 */
@RestController
@WebEndpoint(id = "failures")
@RequestMapping("${management.endpoints.web.base-path:/actuator}/failures")
final class FailureEndpoint {

    private static final String NO_OBJECT = "The body must be a JSON object";
    private static final List<String> FIELDS = List.of("type", "key", "how", "times");
    private static final int LONGEST = 255;
    private static final int MOST_TIMES = 1_000_000;

    /** Null where failures can't be asked for. */
    private final @Nullable StoredFailureSwitches switches;

    FailureEndpoint(@Nullable StoredFailureSwitches switches) {
        this.switches = switches;
    }

    @GetMapping
    Map<String, List<Switch>> list() {
        return Map.of("switches", allowed().list());
    }

    /** Turns one on. */
    @PostMapping
    ResponseEntity<?> add(@RequestBody JsonNode body) {
        StoredFailureSwitches switches = allowed();
        try {
            check(body);
            return ResponseEntity.ok(switches.add(
                    text(body, "type"), text(body, "key"), how(body.path("how")), times(body.path("times"))));
        } catch (IllegalArgumentException e) {
            return problem(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    /** Turns all off. */
    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void clear() {
        allowed().clear();
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> refuse(ResponseStatusException e) {
        return problem(HttpStatus.FORBIDDEN, String.valueOf(e.getReason()));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> refuse(HttpMessageNotReadableException e) {
        return problem(HttpStatus.BAD_REQUEST, NO_OBJECT);
    }

    private StoredFailureSwitches allowed() {
        if (switches == null) {
            throw new ResponseStatusException(
                    HttpStatus.FORBIDDEN, "Failures can't be asked for here: mops.messaging.failure-switches is false");
        }
        return switches;
    }

    /** A misspelt field would make everything fail. */
    private static void check(JsonNode body) {
        if (!body.isObject()) {
            throw new IllegalArgumentException(NO_OBJECT);
        }
        for (String field : body.propertyNames()) {
            if (!FIELDS.contains(field)) {
                throw new IllegalArgumentException(
                        field + " is no field of this request; those are " + String.join(", ", FIELDS));
            }
        }
    }

    private static How how(JsonNode how) {
        if (how.isMissingNode() || how.isNull()) {
            return How.THROW;
        }
        for (How known : How.values()) {
            if (how.isString() && known.name().toLowerCase(Locale.ROOT).equals(how.asString())) {
                return known;
            }
        }
        throw new IllegalArgumentException("how must be throw, slow, poison or unavailable");
    }

    /** A number, or a text of one. */
    private static @Nullable Integer times(JsonNode times) {
        if (times.isMissingNode() || times.isNull()) {
            return null;
        }
        String digits = times.isString() ? times.asString() : times.toString();
        if (digits.matches("[0-9]{1,7}")) {
            int number = Integer.parseInt(digits);
            if (number >= 1 && number <= MOST_TIMES) {
                return number;
            }
        }
        throw new IllegalArgumentException("times must be a whole number from 1 to " + MOST_TIMES);
    }

    private static @Nullable String text(JsonNode body, String field) {
        JsonNode text = body.path(field);
        if (text.isMissingNode() || text.isNull()) {
            return null;
        }
        if (!text.isString()
                || text.asString().length() > LONGEST
                || text.asString().chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    field + " must be a text of at most " + LONGEST + " characters, all printable");
        }
        return text.asString();
    }

    private static ResponseEntity<ProblemDetail> problem(HttpStatus status, String detail) {
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(ProblemDetail.forStatusAndDetail(status, detail));
    }
}
