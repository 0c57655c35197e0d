package io.ottla.broker.http.api.v2;

import io.ottla.broker.gateway.AdminGateway;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.MediaTypes;
import io.ottla.broker.http.api.RequestBody;
import io.ottla.common.config.NodeConfig.HttpLimits;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The short way to create a topic that some clients of the record paths expect. */
@RestController
public final class AdminController {
  private static final Set<String> TYPES = Set.of(MediaTypes.JSON, MediaTypes.V2,
      "application/vnd.kafka.json.v2+json");

  private final AdminGateway admin;
  private final RequestBody bodies;

  /** Creates topics through {@code admin}. */
  public AdminController(AdminGateway admin, HttpLimits limits) {
    this.admin = admin;
    bodies = new RequestBody(limits.maxBodyBytes());
  }

  /** Creates a topic. */
  @PostMapping(path = "/admin/topics", produces = MediaTypes.V2)
  @ResponseStatus(HttpStatus.CREATED)
  public Map<String, String> create(HttpServletRequest request) throws IOException {
    if (!TYPES.contains(MediaTypes.essence(request.getContentType()))) {
      throw new ApiException(415, 415, "Content-Type must be one of " + TYPES.stream().sorted().toList() + ".");
    }
    admin.createTopic(ShortTopicBody.parse(bodies.read(request)));
    return Map.of();
  }
}
