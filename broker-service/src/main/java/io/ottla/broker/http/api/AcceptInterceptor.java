package io.ottla.broker.http.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.web.servlet.HandlerInterceptor;

/** Refuses clients that cannot read the one JSON type a metadata path answers with. */
public final class AcceptInterceptor implements HandlerInterceptor {
  @Override
  public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
    Accept.requireJson(request);
    return true;
  }
}
