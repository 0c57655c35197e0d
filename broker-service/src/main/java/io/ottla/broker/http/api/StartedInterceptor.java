package io.ottla.broker.http.api;

import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Sends clients away until this broker's metadata include its own registration (M38): before that it would deny topics that exist. Later it
 * lets everything through.
 */
public final class StartedInterceptor implements HandlerInterceptor {
  private final BrokerView view;
  private volatile boolean started;

  /** Watches {@code view}. */
  public StartedInterceptor(BrokerView view) {
    this.view = view;
  }

  @Override
  public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
    if (!started) {
      long registration = view.brokerEpoch();
      if (registration < 0 || view.image().index() < registration) {
        throw new OttlaException(ErrorCode.LEADER_NOT_AVAILABLE, "This broker is still starting.");
      }
      started = true;
    }
    return true;
  }
}
