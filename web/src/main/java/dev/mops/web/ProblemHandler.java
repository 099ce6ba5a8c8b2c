package dev.mops.web;

import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.validation.Errors;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Every error over HTTP is a problem document (RFC 9457) that names the field and the rule. */
@RestControllerAdvice
final class ProblemHandler extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

    /** The most characters of a field's name in an answer: the client may have made it up. */
    private static final int MAX_ECHO_LENGTH = 100;

    private static final FieldError NOT_JSON = new FieldError(HttpHeaders.CONTENT_TYPE, "must be application/json");

    /** SQLSTATEs: connection, resources, shutdown or crash, idle and transaction timeout. */
    private static final List<String> AWAY = List.of("08", "53", "57P", "25P03", "25P04");

    private final OutageLog outage = new OutageLog(System::nanoTime);

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return refused(e, fieldErrors(e.getBindingResult()), headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return refused(
                e,
                e.getParameterValidationResults().stream().flatMap(ProblemHandler::fieldErrors),
                headers,
                status,
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMissingServletRequestParameter(
            MissingServletRequestParameterException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return refused(e, Stream.of(new FieldError(e.getParameterName(), "must be given")), headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String field = e instanceof MethodArgumentTypeMismatchException argument
                ? argument.getName()
                : String.valueOf(e.getPropertyName());
        return refused(
                e, Stream.of(new FieldError(field, ruleOfParameter(e.getRequiredType()))), headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        FieldError error =
                switch (e.getCause()) {
                    case UnrecognizedPropertyException unknown -> new FieldError(path(unknown), "is not a known field");
                    case MismatchedInputException whole
                    when whole.getPath().isEmpty() -> new FieldError(FieldError.BODY, "must be one JSON object");
                    case MismatchedInputException mismatch ->
                        new FieldError(path(mismatch), ruleOfJson(mismatch.getTargetType()));
                    case InputCoercionException number -> new FieldError(path(number), "is out of range");
                    case StreamConstraintsException tooLarge ->
                        new FieldError(
                                path(tooLarge), "must be JSON within its limits: " + tooLarge.getOriginalMessage());
                    case StreamReadException malformed ->
                        new FieldError(path(malformed), "must be valid JSON without doubled fields" + place(malformed));
                    case null, default -> new FieldError(FieldError.BODY, "must be JSON of the documented shape");
                };
        return refused(e, Stream.of(error), headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMediaTypeNotSupported(
            HttpMediaTypeNotSupportedException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return refused(e, Stream.of(NOT_JSON), headers, status, request);
    }

    @ExceptionHandler
    @Nullable ResponseEntity<Object> handleMultipart(MultipartException e, WebRequest request) {
        return refused(e, Stream.of(NOT_JSON), new HttpHeaders(), HttpStatus.UNSUPPORTED_MEDIA_TYPE, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMediaTypeNotAcceptable(
            HttpMediaTypeNotAcceptableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String types = e.getSupportedMediaTypes().stream()
                .filter(MediaType::isConcrete)
                .map(MediaType::toString)
                .collect(Collectors.joining(" or "));
        FieldError error = new FieldError(
                HttpHeaders.ACCEPT, types.isEmpty() ? "must be a list of media types" : "must include " + types);
        return refused(e, Stream.of(error), headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpRequestMethodNotSupported(
            HttpRequestMethodNotSupportedException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Set<HttpMethod> methods = e.getSupportedHttpMethods();
        Stream<FieldError> error = methods == null
                ? Stream.empty()
                : Stream.of(new FieldError(
                        "method", "must be one of " + methods.stream().sorted().toList()));
        return refused(e, error, headers, status, request);
    }

    /** Thrown late, when a parameter is read first: Tomcat decodes the query then. */
    @ExceptionHandler
    @Nullable ResponseEntity<Object> handleUndecodable(InvalidParameterException e, WebRequest request) {
        FieldError error = new FieldError("query", "must be percent-encoded UTF-8 and within the limit of parameters");
        return refused(e, Stream.of(error), new HttpHeaders(), HttpStatus.BAD_REQUEST, request);
    }

    @ExceptionHandler({
        CannotCreateTransactionException.class,
        NonTransientDataAccessResourceException.class,
        TransientDataAccessException.class
    })
    ResponseEntity<Object> handleDatabaseAway(Exception e) {
        outage.tell(e);
        return answer(
                HttpStatus.SERVICE_UNAVAILABLE,
                "The service can't work now, and the request may have taken effect. Repeat the request later, with its Idempotency-Key where it has one");
    }

    @ExceptionHandler
    @Nullable ResponseEntity<Object> handleUnexpected(Exception e, HttpServletResponse response) {
        // First: a lost connection to the database looks like a lost client.
        if (isDatabaseAway(e)) {
            return handleDatabaseAway(e);
        }
        if (response.isCommitted() && isClientGone(e)) {
            return null;
        }
        log.error("A request failed", e);
        // A commit whose answer was lost fails here, too: nobody knows whether it took effect.
        return answer(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "The service failed, perhaps after the request took effect. Repeat it with its Idempotency-Key where it has one");
    }

    /** The client may have gone while its answer was written. */
    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotWritable(
            HttpMessageNotWritableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return isClientGone(e) ? null : super.handleHttpMessageNotWritable(e, headers, status, request);
    }

    private static boolean isClientGone(Exception e) {
        boolean isGone = DisconnectedClientHelper.isClientDisconnectedException(e);
        if (isGone) {
            log.debug("The client is gone", e);
        }
        return isGone;
    }

    // Hibernate and Spring name few of the states with which PostgreSQL says that it goes, is full, or ends a session.
    private static boolean isDatabaseAway(Throwable e) {
        for (Throwable link = e; link != null; link = link.getCause()) {
            if (link instanceof SQLException sql && isDatabaseAway(sql)) {
                return true;
            }
            // Where the rollback failed, too, it hides what made it necessary.
            if (link instanceof TransactionSystemException rollback
                    && rollback.getApplicationException() != null
                    && isDatabaseAway(rollback.getApplicationException())) {
                return true;
            }
        }
        return false;
    }

    // The pool's own word for a connection that it has given up since the database ended it has no state.
    private static boolean isDatabaseAway(SQLException e) {
        return e.getSQLState() == null
                ? "Connection is closed".equals(e.getMessage())
                : AWAY.stream().anyMatch(e.getSQLState()::startsWith);
    }

    private static ResponseEntity<Object> answer(HttpStatus status, String detail) {
        return answer(status, HttpHeaders.EMPTY, ProblemDetail.forStatusAndDetail(status, detail));
    }

    // With its type: else it would be looked for in what the client accepts, which may be what is wrong.
    private static ResponseEntity<Object> answer(HttpStatusCode status, HttpHeaders headers, @Nullable Object body) {
        return ResponseEntity.status(status)
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(body);
    }

    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        // Spring would name the path as a URI, which this one is not.
        if (body instanceof ProblemDetail problem
                && request instanceof ServletWebRequest servlet
                && servlet.getRequest().getRequestURI().equals("//")) {
            problem.setInstance(URI.create("/"));
        }
        return answer(status, headers, body);
    }

    /** Sorted: the order in which rules are checked is random. */
    private @Nullable ResponseEntity<Object> refused(
            Exception e, Stream<FieldError> errors, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        List<FieldError> sorted = errors.sorted(
                        Comparator.comparing(FieldError::field).thenComparing(FieldError::rule))
                .toList();
        return handleExceptionInternal(e, FieldError.problem(status, sorted), headers, status, request);
    }

    private static Stream<FieldError> fieldErrors(Errors errors) {
        return errors.getFieldErrors().stream()
                .map(error -> new FieldError(error.getField(), String.valueOf(error.getDefaultMessage())));
    }

    private static Stream<FieldError> fieldErrors(ParameterValidationResult result) {
        if (result instanceof ParameterErrors bean) {
            return fieldErrors((Errors) bean);
        }
        return result.getResolvableErrors().stream()
                .map(MessageSourceResolvable::getDefaultMessage)
                .map(rule -> new FieldError(nameOf(result), String.valueOf(rule)));
    }

    private static String nameOf(ParameterValidationResult result) {
        RequestHeader header = result.getMethodParameter().getParameterAnnotation(RequestHeader.class);
        return header == null ? String.valueOf(result.getMethodParameter().getParameterName()) : header.name();
    }

    private static String path(JacksonException e) {
        String path = e.getPath().stream()
                .map(step ->
                        step.getPropertyName() == null ? "[" + step.getIndex() + "]" : "." + step.getPropertyName())
                .collect(Collectors.joining());
        if (path.isEmpty()) {
            return FieldError.BODY;
        }
        return shortened(path.startsWith(".") ? path.substring(1) : path);
    }

    // Not the parser's own words: they repeat what stands there, which may be a token without its quotation marks.
    private static String place(StreamReadException e) {
        return ", at line " + e.getLocation().getLineNr() + ", column "
                + e.getLocation().getColumnNr();
    }

    static String shortened(String text) {
        return text.length() <= MAX_ECHO_LENGTH ? text : text.substring(0, MAX_ECHO_LENGTH) + "…";
    }

    private static String ruleOfJson(@Nullable Class<?> target) {
        if (target == null) {
            return "has the wrong type";
        }
        if (target == int.class || target == long.class) {
            return "must be a whole number";
        }
        if (target == String.class) {
            return "must be a text";
        }
        return Collection.class.isAssignableFrom(target) ? "must be a list" : "must be an object";
    }

    private static String ruleOfParameter(@Nullable Class<?> required) {
        if (required == null) {
            return "has the wrong type";
        }
        if (required.isEnum()) {
            return "must be one of " + List.of(required.getEnumConstants());
        }
        return required == int.class ? "must be a whole number" : "must be a " + required.getSimpleName();
    }
}
