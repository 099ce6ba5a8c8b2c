package dev.mops.messaging.deadletter;

import dev.mops.messaging.deadletter.DeadLetterActs.Action;
import dev.mops.messaging.deadletter.DeadLetterActs.Command;
import dev.mops.messaging.deadletter.DeadLetterViews.Acted;
import dev.mops.messaging.deadletter.DeadLetterViews.Details;
import dev.mops.messaging.deadletter.DeadLetterViews.Matched;
import dev.mops.messaging.deadletter.DeadLetterViews.Page;
import jakarta.servlet.http.HttpServletRequest;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import tools.jackson.databind.JsonNode;

/**
 * Dead letters over HTTP, among the endpoints of the actuator. A controller, since an operation of an endpoint takes no
 * nested JSON; exposed as every endpoint is.
 */
@RestController
@WebEndpoint(id = "deadletters")
@RequestMapping("${management.endpoints.web.base-path:/actuator}/deadletters")
final class DeadLetterEndpoint {

    private static final String OPERATOR = "X-Operator";
    private static final int LONGEST_REASON = 500;
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_FILTER = 500;
    private static final int LARGEST_PAGE = 200;
    private static final int DEFAULT_RATE = 10;
    private static final int HIGHEST_RATE = 1_000;

    private final DeadLetters letters;
    private final DeadLetterActs acts;
    private final BulkActs bulks;
    private final boolean writable;
    private final InstantSource clock;

    DeadLetterEndpoint(
            DeadLetters letters, DeadLetterActs acts, BulkActs bulks, boolean writable, InstantSource clock) {
        this.letters = letters;
        this.acts = acts;
        this.bulks = bulks;
        this.writable = writable;
        this.clock = clock;
    }

    @GetMapping
    Page list(
            @RequestParam(required = false) @Nullable String type,
            @RequestParam(required = false) @Nullable String error,
            @RequestParam(required = false) @Nullable String key,
            @RequestParam(required = false) @Nullable String olderThan,
            @RequestParam(required = false) @Nullable String page,
            @RequestParam(required = false) @Nullable String size) {
        Filter filter = Filter.of(
                Fields.checked("type", type, LONGEST_FILTER),
                Fields.checked("error", error, LONGEST_FILTER),
                Fields.checked("key", key, LONGEST_FILTER),
                Fields.duration("olderThan", olderThan),
                clock.instant());
        return letters.list(
                filter, Fields.number("page", page, 0, 0, 1_000_000), Fields.number("size", size, 20, 1, LARGEST_PAGE));
    }

    @GetMapping("/{id}")
    Details show(@PathVariable long id) {
        return letters.show(id);
    }

    @PostMapping("/{id}")
    Acted act(@PathVariable long id, @RequestBody JsonNode body, HttpServletRequest request) {
        requireWritable();
        Fields fields = new Fields(body).only("action", "reason", "payload", "force", "version");
        Action action = action(fields, Action.values());
        JsonNode payload = body.path("payload");
        if (action == Action.EDIT && !payload.isObject()) {
            throw RefusedException.badRequest("payload", "must be a JSON object");
        }
        if (action != Action.EDIT && !payload.isMissingNode() && !payload.isNull()) {
            throw RefusedException.badRequest("payload", "belongs to an edit only");
        }
        return acts.act(
                id,
                new Command(
                        action,
                        fields.required("reason", LONGEST_REASON),
                        action == Action.EDIT ? payload.toString() : null,
                        fields.flag("force"),
                        fields.number("version", 0, Long.MAX_VALUE),
                        operator(request),
                        null));
    }

    @PostMapping
    ResponseEntity<?> actOnMany(@RequestBody JsonNode body, HttpServletRequest request) {
        requireWritable();
        Fields fields = new Fields(body)
                .only("action", "reason", "type", "error", "key", "olderThan", "rate", "force", "dryRun");
        Action action = action(fields, Action.REPLAY, Action.DISCARD);
        Filter filter = Filter.of(
                fields.text("type", LONGEST_FILTER),
                fields.text("error", LONGEST_FILTER),
                fields.text("key", LONGEST_FILTER),
                Fields.duration("olderThan", fields.text("olderThan", LONGEST_FILTER)),
                clock.instant());
        Long rate = fields.number("rate", 1, HIGHEST_RATE);
        boolean force = fields.flag("force");
        if (fields.flag("dryRun")) {
            Matched matched = letters.count(filter);
            return ResponseEntity.ok(matched);
        }
        return ResponseEntity.accepted()
                .body(bulks.begin(
                        filter,
                        action,
                        fields.required("reason", LONGEST_REASON),
                        force,
                        rate == null ? DEFAULT_RATE : rate.intValue(),
                        operator(request)));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> refuse(RefusedException e) {
        return problem(e.status(), String.valueOf(e.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> refuse(HttpMessageNotReadableException e) {
        return problem(HttpStatus.BAD_REQUEST, "The body must be a JSON object");
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> refuse(MethodArgumentTypeMismatchException e) {
        return problem(HttpStatus.BAD_REQUEST, e.getName() + " must be a whole number");
    }

    private static ResponseEntity<ProblemDetail> problem(HttpStatus status, String detail) {
        return ResponseEntity.of(ProblemDetail.forStatusAndDetail(status, detail))
                .build();
    }

    private void requireWritable() {
        if (!writable) {
            throw RefusedException.forbidden(
                    "Dead letters can only be looked at here: mops.messaging.dead-letters-writable is false");
        }
    }

    private static Action action(Fields fields, Action... allowed) {
        String text = fields.required("action", LONGEST_NAME);
        for (Action action : allowed) {
            if (action.text().equals(text)) {
                return action;
            }
        }
        throw RefusedException.badRequest(
                "action",
                "must be one of "
                        + Arrays.stream(allowed)
                                .map(action -> action.name().toLowerCase(Locale.ROOT))
                                .toList());
    }

    private static Operator operator(HttpServletRequest request) {
        if (request.getUserPrincipal() != null) {
            return new Operator(request.getUserPrincipal().getName(), true);
        }
        String name = Fields.checked(OPERATOR, request.getHeader(OPERATOR), LONGEST_NAME);
        if (name == null) {
            throw RefusedException.badRequest("The header " + OPERATOR, "must say who acts");
        }
        return new Operator(name, false);
    }
}
