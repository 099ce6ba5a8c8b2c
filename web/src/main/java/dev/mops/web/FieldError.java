package dev.mops.web;

import java.util.List;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;

/**
 * A field of a request that breaks a rule.
 *
 * @param field where it stands, for example {@code lines[0].quantity}
 * @param rule what it must be, for example {@code must be at least 1}
 */
public record FieldError(String field, String rule) {

    /** The field that is to blame where it is none of the body's fields. */
    static final String BODY = "body";

    static ProblemDetail problem(HttpStatusCode status, List<FieldError> errors) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                status,
                errors.stream().map(error -> error.field() + " " + error.rule()).collect(Collectors.joining("; ")));
        problem.setProperty("errors", errors);
        return problem;
    }
}
