package dev.mops.web;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Refuses what stands twice in a query, and a second idempotency key: nobody knows which one counts. */
final class GivenOnce implements HandlerInterceptor, WebMvcConfigurer {

    private static final String KEY = "Idempotency-Key";

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getDispatcherType() == DispatcherType.ERROR) {
            return true;
        }
        Stream<String> parameters = request.getParameterMap().entrySet().stream()
                .filter(parameter -> parameter.getValue().length > 1)
                .map(Map.Entry::getKey);
        Stream<String> headers = Collections.list(request.getHeaders(KEY)).size() > 1 ? Stream.of(KEY) : Stream.empty();
        List<FieldError> doubled = Stream.concat(parameters, headers)
                .map(field -> new FieldError(ProblemHandler.shortened(field), "must be given once"))
                .toList();
        if (!doubled.isEmpty()) {
            throw ProblemException.malformed(doubled);
        }
        return true;
    }
}
