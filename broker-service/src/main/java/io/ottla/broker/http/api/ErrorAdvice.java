package io.ottla.broker.http.api;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;

/** Turns every failure of a handler into the API's error shape. What nobody expected becomes a 500 that says nothing but where to look. */
@RestControllerAdvice
public final class ErrorAdvice {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorAdvice.class);

  @ExceptionHandler
  void refused(ApiException refusal, HttpServletRequest request, HttpServletResponse response) throws IOException {
    ErrorAnswer.write(request, response, refusal);
  }

  @ExceptionHandler
  void refused(OttlaException failure, HttpServletRequest request, HttpServletResponse response) throws IOException {
    ErrorCode code = failure.code();
    if (code == ErrorCode.UNKNOWN_TOPIC && ApiPath.isV3(request.getRequestURI())) {
      ErrorAnswer.write(request, response, ApiException.unhosted());
      return;
    }
    ErrorAnswer.write(request, response, code.httpStatus(), code.number(), failure.getMessage(), Map.of());
  }

  @ExceptionHandler
  void wrongMethod(HttpRequestMethodNotSupportedException failure, HttpServletRequest request,
      HttpServletResponse response) throws IOException {
    response.setHeader("Allow", allowed(failure));
    ErrorAnswer.write(request, response, 405, 405, "Method " + request.getMethod() + " is not allowed on this path.",
        Map.of());
  }

  private static String allowed(HttpRequestMethodNotSupportedException failure) {
    TreeSet<String> methods = new TreeSet<>();
    if (failure.getSupportedMethods() != null) {
      methods.addAll(List.of(failure.getSupportedMethods()));
    }
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    return String.join(", ", methods);
  }

  /** The client went away while it was waiting; there is nobody to tell. */
  @ExceptionHandler
  void gone(AsyncRequestNotUsableException failure) {
    LOG.debug("event=client_gone", failure);
  }

  /** The body broke off, came too slowly, or was framed wrongly. */
  @ExceptionHandler
  void unreadable(IOException failure, HttpServletRequest request, HttpServletResponse response) throws IOException {
    LOG.debug("event=request_unreadable path={}", request.getRequestURI(), failure);
    int status = failure instanceof SocketTimeoutException ? 408 : 400;
    ErrorAnswer.write(request, response, status, status, "The request body could not be read.", Map.of());
  }

  @ExceptionHandler
  void unexpected(Exception failure, HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (failure instanceof ErrorResponse known && known.getStatusCode().is4xxClientError()) {
      HttpStatusCode status = known.getStatusCode();
      ErrorAnswer.write(request, response, status.value(), status.value(), StatusMessages.of(status.value()), Map.of());
      return;
    }
    String requestId = requestId(response);
    LOG.error("event=request_failed method={} path={} request_id={}", request.getMethod(), request.getRequestURI(),
        requestId, failure);
    ErrorAnswer.write(request, response, 500, 500, "Internal server error.", Map.of("request_id", requestId));
  }

  private static String requestId(HttpServletResponse response) {
    String given = response.getHeader(ApiFilter.REQUEST_ID);
    if (given != null) {
      return given;
    }
    String made = UUID.randomUUID().toString();
    response.setHeader(ApiFilter.REQUEST_ID, made);
    return made;
  }
}
