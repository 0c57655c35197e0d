package io.ottla.broker.http.api.v3;

import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.MediaTypes;
import jakarta.servlet.http.HttpServletRequest;

/** Bodies of resource requests are JSON and say so. */
final class JsonContent {
  private JsonContent() {
  }

  static void require(HttpServletRequest request) {
    if (!MediaTypes.essence(request.getContentType()).equals(MediaTypes.JSON)) {
      throw new ApiException(415, 415, "Content-Type must be " + MediaTypes.JSON + ", in UTF-8.");
    }
  }
}
