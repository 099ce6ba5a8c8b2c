package dev.mops.web;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Every error over HTTP is a problem document (RFC 9457) that names the field and the rule. */
@RestControllerAdvice
final class ProblemHandler extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return refused(
                e,
                e.getBindingResult().getFieldErrors().stream()
                        .map(error -> new FieldError(error.getField(), String.valueOf(error.getDefaultMessage())))
                        .sorted(java.util.Comparator.comparing(FieldError::field))
                        .toList(),
                headers,
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return refused(
                e,
                e.getParameterValidationResults().stream()
                        .flatMap(ProblemHandler::fieldErrors)
                        .toList(),
                headers,
                request);
    }

    private static Stream<FieldError> fieldErrors(ParameterValidationResult result) {
        if (result instanceof org.springframework.validation.method.ParameterErrors bean) {
            return bean.getFieldErrors().stream()
                    .map(error -> new FieldError(error.getField(), String.valueOf(error.getDefaultMessage())));
        }
        return result.getResolvableErrors().stream()
                .map(MessageSourceResolvable::getDefaultMessage)
                .map(rule -> new FieldError(nameOf(result), String.valueOf(rule)));
    }

    private static String nameOf(ParameterValidationResult result) {
        var header = result.getMethodParameter()
                .getParameterAnnotation(org.springframework.web.bind.annotation.RequestHeader.class);
        if (header != null) {
            return header.name().isEmpty() ? header.value() : header.name();
        }
        return String.valueOf(result.getMethodParameter().getParameterName());
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        FieldError error =
                switch (e.getCause()) {
                    case UnrecognizedPropertyException unknown -> new FieldError(path(unknown), "is not a known field");
                    case MismatchedInputException mismatch -> new FieldError(path(mismatch), rule(mismatch));
                    case StreamReadException malformed ->
                        new FieldError("body", "must be valid JSON: " + malformed.getOriginalMessage());
                    case null, default -> new FieldError("body", "must be JSON of the documented shape");
                };
        return refused(e, List.of(error), headers, request);
    }

    private static String path(JacksonException e) {
        String path = e.getPath().stream()
                .map(step ->
                        step.getPropertyName() == null ? "[" + step.getIndex() + "]" : "." + step.getPropertyName())
                .collect(Collectors.joining());
        return path.isEmpty() ? "body" : path.startsWith(".") ? path.substring(1) : path;
    }

    private static String rule(MismatchedInputException e) {
        Class<?> target = e.getTargetType();
        if (target == null) {
            return "has the wrong type";
        }
        if (target == int.class || target == long.class || target == Integer.class || target == Long.class) {
            return "must be a whole number";
        }
        if (target == String.class) {
            return "must be a text";
        }
        return java.util.Collection.class.isAssignableFrom(target) ? "must be a list" : "must be an object";
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String field = e instanceof MethodArgumentTypeMismatchException argument
                ? argument.getName()
                : String.valueOf(e.getPropertyName());
        Class<?> required = e.getRequiredType();
        String rule;
        if (required == null) {
            rule = "has the wrong type";
        } else if (required.isEnum()) {
            rule = "must be one of " + List.of(required.getEnumConstants());
        } else if (required == int.class || required == long.class) {
            rule = "must be a whole number";
        } else {
            rule = "must be a " + required.getSimpleName();
        }
        return refused(e, List.of(new FieldError(field, rule)), headers, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> handleUnexpected(Exception e) {
        log.error("A request failed", e);
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.INTERNAL_SERVER_ERROR, "The service could not answer. Nothing was changed; try again later");
        return ResponseEntity.internalServerError().body(problem);
    }

    private @Nullable ResponseEntity<Object> refused(
            Exception e, List<FieldError> errors, HttpHeaders headers, WebRequest request) {
        ProblemDetail problem = FieldError.problem(HttpStatus.BAD_REQUEST, errors);
        return handleExceptionInternal(e, problem, headers, HttpStatus.BAD_REQUEST, request);
    }
}
