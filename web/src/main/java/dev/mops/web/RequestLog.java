package dev.mops.web;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * A line for each request at the level debug: its method, the template of its path, its answer and how long that took.
 * Nothing that a client wrote stands in it, but for the id of what it asked for: that is the line's {@code eventKey}, as it
 * is in the lines of that thing's events.
 */
final class RequestLog extends OncePerRequestFilter {

    private static final Logger log = LoggerFactory.getLogger(RequestLog.class);
    private static final String KEY = "eventKey";
    private static final String BEGIN = RequestLog.class.getName() + ".begin";
    private static final Pattern UUID =
            Pattern.compile("\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}");
    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,10}");

    private final String operatorsPath;

    RequestLog(String operatorsPath) {
        this.operatorsPath = operatorsPath;
    }

    static boolean isBelow(String folder, String path) {
        return path.equals(folder) || path.startsWith(folder + "/");
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !log.isDebugEnabled() || isBelow(operatorsPath, request.getRequestURI());
    }

    /** A request with a body goes through twice: its body is read first, without a thread. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!(request.getAttribute(BEGIN) instanceof Long)) {
            request.setAttribute(BEGIN, System.nanoTime());
        }
        try {
            chain.doFilter(request, response);
        } finally {
            if (request.isAsyncStarted()) {
                request.getAsyncContext().addListener(new Ending(request, response, MDC.getCopyOfContextMap()));
            } else {
                write(request, response);
            }
        }
    }

    private static void write(HttpServletRequest request, HttpServletResponse response) {
        if (!(request.getAttribute(BEGIN) instanceof Long begin)) {
            return;
        }
        // One line, whoever comes first.
        request.removeAttribute(BEGIN);
        long tenths = (System.nanoTime() - begin) / 100_000;
        idOf(request, response).ifPresent(id -> MDC.put(KEY, id));
        try {
            log.debug(
                    "{} {}: {} in {}.{} ms",
                    METHOD.matcher(request.getMethod()).matches() ? request.getMethod() : "?",
                    Objects.requireNonNullElse(
                            request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE), "-"),
                    response.getStatus(),
                    tenths / 10,
                    tenths % 10);
        } finally {
            MDC.remove(KEY);
        }
    }

    /** The id in the path, or at the end of the address of what was made. */
    private static Optional<String> idOf(HttpServletRequest request, HttpServletResponse response) {
        Stream<?> inPath =
                request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables
                        ? variables.values().stream()
                        : Stream.empty();
        String location = response.getHeader(HttpHeaders.LOCATION);
        Stream<String> made =
                location == null ? Stream.empty() : Stream.of(location.substring(location.lastIndexOf('/') + 1));
        return Stream.concat(inPath, made)
                .map(String::valueOf)
                .filter(id -> UUID.matcher(id).matches())
                .findFirst();
    }

    /**
     * Writes the line of a request that ends without coming through again, since its body is refused.
     *
     * @param names those of the log where the request came in: the server calls on any thread
     */
    private record Ending(
            HttpServletRequest request,
            HttpServletResponse response,
            @Nullable Map<String, String> names) implements AsyncListener {

        @Override
        public void onComplete(AsyncEvent event) {
            if (names != null) {
                MDC.setContextMap(names);
            }
            try {
                write(request, response);
            } finally {
                MDC.clear();
            }
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
