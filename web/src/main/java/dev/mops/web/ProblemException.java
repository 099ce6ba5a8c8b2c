package dev.mops.web;

import java.time.Duration;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** A request that is refused; it becomes a problem document (RFC 9457). */
public final class ProblemException extends ErrorResponseException {

    private ProblemException(HttpStatus status, ProblemDetail problem) {
        super(status, problem, null);
    }

    /** 400: a field breaks a rule that every client can know. */
    static ProblemException malformed(List<FieldError> errors) {
        return new ProblemException(HttpStatus.BAD_REQUEST, FieldError.problem(HttpStatus.BAD_REQUEST, errors));
    }

    /** 404: there is no such thing. */
    public static ProblemException notFound(String detail) {
        return of(HttpStatus.NOT_FOUND, detail);
    }

    /** 409: the thing is in a state that does not allow it. */
    public static ProblemException conflict(String detail) {
        return of(HttpStatus.CONFLICT, detail);
    }

    /** 410: the thing was there, and will not come back. */
    public static ProblemException gone(String detail) {
        return of(HttpStatus.GONE, detail);
    }

    /** 422: the request is well formed, but a field breaks a rule that only the service can know. */
    public static ProblemException unprocessable(List<FieldError> errors) {
        ProblemDetail problem = FieldError.problem(HttpStatus.UNPROCESSABLE_CONTENT, errors);
        return new ProblemException(HttpStatus.UNPROCESSABLE_CONTENT, problem);
    }

    /** 429: not now; the answer says after how many seconds it may be tried again. */
    public static ProblemException tooManyRequests(String detail, Duration retryAfter) {
        ProblemException refusal = of(HttpStatus.TOO_MANY_REQUESTS, detail);
        refusal.getHeaders().set(HttpHeaders.RETRY_AFTER, String.valueOf(retryAfter.toSeconds()));
        return refusal;
    }

    private static ProblemException of(HttpStatus status, String detail) {
        return new ProblemException(status, ProblemDetail.forStatusAndDetail(status, detail));
    }
}
