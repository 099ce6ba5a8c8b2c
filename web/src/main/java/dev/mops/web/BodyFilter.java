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
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the body of a request before the service sees it, and refuses what is larger or slower than the limits. The
 * server calls when there is something to read: no thread waits for a slow client, however many there are. What is held
 * of all bodies together has a limit, too: it counts what came, not what was announced.
 */
final class BodyFilter extends OncePerRequestFilter {

    private static final Logger log = LoggerFactory.getLogger(BodyFilter.class);

    /** So much over the limit is read and thrown away: many clients look for an answer only when they have sent all. */
    private static final int MAX_DISCARDED_BYTES = 2 << 20;

    private static final int BUFFER_BYTES = 8 << 10;

    private static final byte[] NOTHING = {};

    private final WebProperties limits;
    private final JsonMapper json;

    /** The bytes of all bodies at this time. */
    private final AtomicLong held = new AtomicLong();

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
        private long received;
        private boolean hasNoRoom;
        private boolean isWhole;

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
            // Not a field: a client that takes its time costs no more than what it sent.
            byte[] buffer = new byte[BUFFER_BYTES];
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
                if (isTooLarge()) {
                    drop();
                } else if (!hasNoRoom) {
                    hold(buffer, count);
                }
            }
        }

        @Override
        public void onAllDataRead() {
            if (!isRefused()) {
                isWhole = true;
                whole.length = (int) received;
                async.dispatch();
            }
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // Else the service itself waits for something.
            if (!isWhole && !isRefused()) {
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

        private void hold(byte[] bytes, int count) {
            int size = whole.body.length;
            if (received > size) {
                long most = announced < 0 ? limit : announced;
                int more = (int) Math.max(received, Math.min(2L * size, most)) - size;
                if (held.addAndGet(more) > limits.maxBodiesSize().toBytes()) {
                    held.addAndGet(-more);
                    hasNoRoom = true;
                    drop();
                    return;
                }
                whole.body = Arrays.copyOf(whole.body, size + more);
            }
            System.arraycopy(bytes, 0, whole.body, (int) received - count, count);
        }

        private void drop() {
            held.addAndGet(-whole.body.length);
            whole.body = NOTHING;
        }

        private boolean isRefused() {
            if (isTooLarge()) {
                refuseSize();
            } else if (hasNoRoom) {
                response.setIntHeader(HttpHeaders.RETRY_AFTER, 1);
                refuse(ProblemDetail.forStatusAndDetail(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "The service has too many bodies to read now. Repeat the request later: it had no effect"));
            }
            return isTooLarge() || hasNoRoom;
        }

        private boolean isTooLarge() {
            return Math.max(announced, received) > limit;
        }

        private void refuseSize() {
            refuse(HttpStatus.CONTENT_TOO_LARGE, "must be at most " + limit + " bytes");
        }

        private void refuse(HttpStatus status, String rule) {
            refuse(FieldError.problem(status, List.of(new FieldError(FieldError.BODY, rule))));
        }

        /** The end: Tomcat closes the connection after these statuses. */
        private void refuse(ProblemDetail problem) {
            byte[] answer = json.writeValueAsBytes(problem);
            response.setStatus(problem.getStatus());
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.setContentLength(answer.length);
            try {
                response.getOutputStream().write(answer);
            } catch (IOException e) {
                log.debug("The client is gone", e);
            }
            async.complete();
        }

        @Override
        public void onComplete(AsyncEvent event) {
            drop();
        }

        @Override
        public void onError(AsyncEvent event) {}

        /** The service answers later: only then is this over. */
        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }

    /** The request with its body, which is there. */
    private static final class WholeRequest extends HttpServletRequestWrapper {

        private byte[] body = NOTHING;
        private int length;

        WholeRequest(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() {
            return new Body(new ByteArrayInputStream(body, 0, length));
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

        Body(ByteArrayInputStream bytes) {
            this.bytes = bytes;
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
