package dev.mops.web;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.io.Writer;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/** Answers with a problem document what Tomcat refuses before the service sees it, for example a broken address. */
final class ProblemValve extends ErrorReportValve {

    private static final Logger log = LoggerFactory.getLogger(ProblemValve.class);

    /** The body of what is refused already is of no use: Tomcat must not wait for it, as it otherwise does. */
    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (response.isError()) {
            request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
        super.invoke(request, response);
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        HttpStatus status = HttpStatus.resolve(response.getStatus());
        if (status == null || !status.isError() || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        try {
            Writer writer = response.getReporter();
            if (writer != null) {
                writer.write(ProblemController.problem(status));
                response.finishResponse();
            }
        } catch (IOException e) {
            log.debug("The client is gone", e);
        }
    }
}
