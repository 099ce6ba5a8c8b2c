package dev.mops.web;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The server's error page, for what no handler answers, for example TRACE. */
@Hidden
@RestController
final class ProblemController implements ErrorController {

    /** Whoever asks for the page itself finds nothing. */
    @RequestMapping("${server.error.path:/error}")
    ResponseEntity<String> problem(
            @RequestAttribute(name = RequestDispatcher.ERROR_STATUS_CODE, required = false) @Nullable Integer code) {
        HttpStatus status = code == null ? HttpStatus.NOT_FOUND : HttpStatus.valueOf(code);
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem(status));
    }

    /** A problem document that says no more than its status. */
    static String problem(HttpStatus status) {
        return """
                {"title":"%s","status":%d,"detail":"%s"}""".formatted(
                status.getReasonPhrase(),
                status.value(),
                status.is4xxClientError() ? "Nothing here answers such a request" : "The server can't answer this");
    }
}
