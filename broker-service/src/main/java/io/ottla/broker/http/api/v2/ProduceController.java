package io.ottla.broker.http.api.v2;

import io.ottla.broker.gateway.Acks;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.broker.gateway.ProduceCommand;
import io.ottla.broker.gateway.ProducerRecord;
import io.ottla.broker.gateway.RecordGateway;
import io.ottla.broker.http.api.Accept;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.EmbeddedFormat;
import io.ottla.broker.http.api.JsonBytes;
import io.ottla.broker.http.api.MediaTypes;
import io.ottla.broker.http.api.PathParameters;
import io.ottla.broker.http.api.QueryParameters;
import io.ottla.broker.http.api.RequestBody;
import io.ottla.common.config.NodeConfig.HttpLimits;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Writes records. The hot path: bytes are read, parsed and answered here directly, without message converters in between; the thread is a
 * virtual one and blocks until the acks are in.
 */
@RestController
public final class ProduceController {
  private final RecordGateway records;
  private final BrokerView cluster;
  private final HttpLimits limits;
  private final RequestBody bodies;

  /** Writes to {@code records}, within the limits. */
  public ProduceController(RecordGateway records, BrokerView cluster, HttpLimits limits) {
    this.records = records;
    this.cluster = cluster;
    this.limits = limits;
    bodies = new RequestBody(limits.maxBodyBytes());
  }

  /** Produce to a topic. */
  @PostMapping("/topics/{topic}")
  public void produce(@PathVariable String topic, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    produce(topic, null, request, response);
  }

  /** Produce to one partition. */
  @PostMapping("/topics/{topic}/partitions/{partition}")
  public void produceToPartition(@PathVariable String topic, @PathVariable String partition,
      HttpServletRequest request, HttpServletResponse response) throws IOException {
    int number = PathParameters.partition(partition);
    cluster.image().topic(topic).ifPresent(known -> {
      if (known.partition(number).isEmpty()) {
        throw ApiException.unknownPartition(partition);
      }
    });
    produce(topic, number, request, response);
  }

  private void produce(String topic, @Nullable Integer partition, HttpServletRequest request,
      HttpServletResponse response) throws IOException {
    EmbeddedFormat format = EmbeddedFormat.ofContentType(request.getContentType());
    Accept.requireJson(request);
    boolean async = QueryParameters.flag(request, "async", false);
    Acks acks = async ? Acks.NONE : acks(request.getParameter("acks"));
    int timeoutMs = QueryParameters.number(request, "timeout", limits.produceTimeoutMs(), 1, limits.produceTimeoutMs());
    List<ProducerRecord> parsed = ProduceParser.parse(bodies.read(request), format, partition, limits.maxRecords());
    JsonBytes answer = ProduceAnswer.render(records.produce(new ProduceCommand(topic, parsed, acks, timeoutMs)));
    if (async) {
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
      return;
    }
    response.setContentType(MediaTypes.V2);
    response.setContentLength(answer.length());
    answer.writeTo(response.getOutputStream());
  }

  private static Acks acks(@Nullable String text) {
    return switch (text) {
      case null -> Acks.ALL;
      case "all", "-1" -> Acks.ALL;
      case "1" -> Acks.LEADER;
      case "0" -> Acks.NONE;
      default -> throw ApiException.malformed("Query parameter 'acks' must be all, 1 or 0.");
    };
  }
}
