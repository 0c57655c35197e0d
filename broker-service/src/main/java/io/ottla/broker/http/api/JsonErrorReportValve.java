package io.ottla.broker.http.api;

import java.io.IOException;
import java.io.Writer;
import java.util.Map;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

/**
 * What Tomcat says when it refuses a request before the application sees it (an illegal request line, oversized headers), or when something
 * breaks outside every handler: the API's error shape instead of a page that names the server and prints a stack trace.
 */
public final class JsonErrorReportValve extends ErrorReportValve {
  @Override
  protected void report(Request request, Response response, @Nullable Throwable failure) {
    int status = response.getStatus();
    if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
      return;
    }
    try {
      String uri = request.getRequestURI();
      response.setHeader("X-Content-Type-Options", "nosniff");
      response.setHeader("Cache-Control", "no-store");
      response.setContentType(MediaTypes.natural(uri == null ? "" : uri));
      response.setCharacterEncoding("UTF-8");
      Writer writer = response.getReporter();
      if (writer != null) {
        writer.write(ErrorAnswer.body(status, StatusMessages.of(status), Map.of()).toString());
        response.finishResponse();
      }
    } catch (IOException e) {
      getContainer().getLogger().debug("client gone before its error", e);
    }
  }
}
