package dev.mops.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the body of a request before the service sees it, and refuses what is larger or slower than the limits. The
 * server calls when there is something to read: no thread waits for a slow client, however many there are.
 */
final class BodyFilter extends OncePerRequestFilter {

    private static final Logger log = LoggerFactory.getLogger(BodyFilter.class);

    /** So much over the limit is read and thrown away: many clients look for an answer only when they have sent all. */
    private static final int MAX_DISCARDED_BYTES = 2 << 20;

    private static final int BUFFER_BYTES = 8 << 10;

    private final WebProperties limits;
    private final JsonMapper json;

    BodyFilter(WebProperties limits, JsonMapper json) {
        this.limits = limits;
        this.json = json;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return length == 0 || (length < 0 && request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException {
        WholeRequest whole = new WholeRequest(request);
        AsyncContext async = request.startAsync(whole, response);
        async.setTimeout(limits.bodyTimeout().toMillis());
        Reading reading = new Reading(async, whole, request, response);
        async.addListener(reading);
        request.getInputStream().setReadListener(reading);
        reading.begin();
    }

    /** What goes on with one body. The server calls one method at a time. */
    private final class Reading implements ReadListener, AsyncListener {

        private final long limit = limits.maxBodySize().toBytes();
        private final AsyncContext async;
        private final WholeRequest whole;
        private final ServletInputStream in;
        private final long announced;
        private final HttpServletResponse response;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private long received;

        Reading(AsyncContext async, WholeRequest whole, HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            this.async = async;
            this.whole = whole;
            this.in = request.getInputStream();
            this.announced = request.getContentLengthLong();
            this.response = response;
        }

        /** Does not wait for what would not be read to its end. */
        void begin() {
            if (announced > limit + MAX_DISCARDED_BYTES) {
                refuseSize();
            }
        }

        @Override
        public void onDataAvailable() throws IOException {
            while (in.isReady()) {
                int count = in.read(buffer);
                if (count < 0) {
                    return;
                }
                received += count;
                if (received > limit + MAX_DISCARDED_BYTES) {
                    refuseSize();
                    return;
                }
                if (received <= limit) {
                    body.write(buffer, 0, count);
                }
            }
        }

        @Override
        public void onAllDataRead() {
            if (isTooLarge()) {
                refuseSize();
            } else {
                whole.body = body.toByteArray();
                async.dispatch();
            }
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            if (isTooLarge()) {
                refuseSize();
            } else {
                refuse(
                        HttpStatus.REQUEST_TIMEOUT,
                        "must be sent within " + limits.bodyTimeout().toMillis() + " ms");
            }
        }

        /** The client is gone, or what it sends is no body. */
        @Override
        public void onError(Throwable e) {
            log.debug("A body broke off", e);
            refuse(HttpStatus.BAD_REQUEST, "must be sent to its end");
        }

        private boolean isTooLarge() {
            return Math.max(announced, received) > limit;
        }

        private void refuseSize() {
            refuse(HttpStatus.CONTENT_TOO_LARGE, "must be at most " + limit + " bytes");
        }

        /** The end: Tomcat closes the connection after these statuses. */
        private void refuse(HttpStatus status, String rule) {
            byte[] problem =
                    json.writeValueAsBytes(FieldError.problem(status, List.of(new FieldError(FieldError.BODY, rule))));
            response.setStatus(status.value());
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.setContentLength(problem.length);
            try {
                response.getOutputStream().write(problem);
            } catch (IOException e) {
                log.debug("The client is gone", e);
            }
            async.complete();
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }

    /** The request with its body, which is there. */
    private static final class WholeRequest extends HttpServletRequestWrapper {

        private byte[] body = {};

        WholeRequest(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() {
            return new Body(body);
        }

        @Override
        public BufferedReader getReader() {
            String encoding = getCharacterEncoding();
            return new BufferedReader(new InputStreamReader(
                    getInputStream(), encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding)));
        }
    }

    /** A body that is there. */
    private static final class Body extends ServletInputStream {

        private final ByteArrayInputStream bytes;

        Body(byte[] bytes) {
            this.bytes = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return bytes.read(target, offset, length);
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("The body is there: it is read at once");
        }
    }
}
