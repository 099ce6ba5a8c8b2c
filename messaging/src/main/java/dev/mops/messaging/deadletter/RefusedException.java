package dev.mops.messaging.deadletter;

import org.springframework.http.HttpStatus;

/** An operator's request that is not carried out; nothing has changed. */
final class RefusedException extends RuntimeException {

    private final HttpStatus status;

    private RefusedException(HttpStatus status, String why) {
        super(why);
        this.status = status;
    }

    static RefusedException badRequest(String field, String rule) {
        return new RefusedException(HttpStatus.BAD_REQUEST, field + " " + rule);
    }

    static RefusedException forbidden(String why) {
        return new RefusedException(HttpStatus.FORBIDDEN, why);
    }

    static RefusedException notFound(String why) {
        return new RefusedException(HttpStatus.NOT_FOUND, why);
    }

    static RefusedException conflict(String why) {
        return new RefusedException(HttpStatus.CONFLICT, why);
    }

    static RefusedException unprocessable(String why) {
        return new RefusedException(HttpStatus.UNPROCESSABLE_CONTENT, why);
    }

    HttpStatus status() {
        return status;
    }
}
