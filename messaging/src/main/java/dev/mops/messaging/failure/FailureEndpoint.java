package dev.mops.messaging.failure;

import dev.mops.messaging.failure.StoredFailureSwitches.How;
import dev.mops.messaging.failure.StoredFailureSwitches.Switch;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.util.MimeTypeUtils;

/** Failures on demand, over HTTP. */
@WebEndpoint(id = "failures")
final class FailureEndpoint {

    private static final int LONGEST = 255;
    private static final int MOST_TIMES = 1_000_000;

    private final StoredFailureSwitches switches;
    private final boolean allowed;

    FailureEndpoint(StoredFailureSwitches switches, boolean allowed) {
        this.switches = switches;
        this.allowed = allowed;
    }

    /** The switches that are on. */
    @ReadOperation
    Map<String, List<Switch>> list() {
        return Map.of("switches", switches.list());
    }

    /** Turns one on. */
    @WriteOperation
    WebEndpointResponse<?> add(
            @Nullable String type, @Nullable String key, @Nullable String how, @Nullable String times) {
        if (!allowed) {
            return problem(
                    HttpStatus.FORBIDDEN, "Failures can't be asked for here: mops.messaging.failure-switches is false");
        }
        if (isUnusable(type)) {
            return problem(HttpStatus.BAD_REQUEST, "type must have at most 255 characters, all printable");
        }
        if (isUnusable(key)) {
            return problem(HttpStatus.BAD_REQUEST, "key must have at most 255 characters, all printable");
        }
        How what;
        try {
            what = How.valueOf((how == null ? "throw" : how).toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return problem(HttpStatus.BAD_REQUEST, "how must be throw, slow, poison or unavailable");
        }
        Integer count = null;
        if (times != null) {
            try {
                count = Integer.valueOf(times);
            } catch (NumberFormatException e) {
                count = 0;
            }
            if (count < 1 || count > MOST_TIMES) {
                return problem(HttpStatus.BAD_REQUEST, "times must be a whole number from 1 to " + MOST_TIMES);
            }
        }
        return new WebEndpointResponse<>(switches.add(type, key, what, count));
    }

    /** Turns all off. */
    @DeleteOperation
    void clear() {
        switches.clear();
    }

    private static boolean isUnusable(@Nullable String text) {
        return text != null && (text.length() > LONGEST || text.chars().anyMatch(Character::isISOControl));
    }

    private static WebEndpointResponse<ProblemDetail> problem(HttpStatus status, String detail) {
        return new WebEndpointResponse<>(
                ProblemDetail.forStatusAndDetail(status, detail),
                status.value(),
                MimeTypeUtils.parseMimeType("application/problem+json"));
    }
}
