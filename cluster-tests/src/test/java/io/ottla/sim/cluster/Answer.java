package io.ottla.sim.cluster;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import org.jspecify.annotations.Nullable;

/** What a service said: a value or an error. */
record Answer<R>(@Nullable R result, @Nullable OttlaException error) {
  static <R> Answer<R> of(R value) {
    return new Answer<>(value, null);
  }

  static <R> Answer<R> failed(OttlaException error) {
    return new Answer<>(null, error);
  }

  /** The value; only where there is no error. */
  R value() {
    if (result == null) {
      throw new IllegalStateException("there is only " + error);
    }
    return result;
  }

  /** The error's code; only where there is one. */
  ErrorCode code() {
    if (error == null) {
      throw new IllegalStateException("there is no error");
    }
    return error.code();
  }
}
