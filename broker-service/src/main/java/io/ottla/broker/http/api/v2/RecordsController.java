package io.ottla.broker.http.api.v2;

import io.ottla.broker.gateway.PartitionOffsets;
import io.ottla.broker.gateway.ReadCommand;
import io.ottla.broker.gateway.ReadResult;
import io.ottla.broker.gateway.RecordGateway;
import io.ottla.broker.http.api.Accept;
import io.ottla.broker.http.api.ApiException;
import io.ottla.broker.http.api.EmbeddedFormat;
import io.ottla.broker.http.api.ErrorAnswer;
import io.ottla.broker.http.api.PathParameters;
import io.ottla.broker.http.api.QueryParameters;
import io.ottla.common.config.NodeConfig.HttpLimits;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.record.Record;
import io.ottla.common.wire.ForwardReadRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Reads records of one partition from any offset, without any state on the server; waits for new ones when asked to. */
@RestController
public final class RecordsController {
  private static final int DEFAULT_MAX_BYTES = 1024 * 1024;

  private final RecordGateway records;
  private final HttpLimits limits;

  /** Reads from {@code records}, within the limits. */
  public RecordsController(RecordGateway records, HttpLimits limits) {
    this.records = records;
    this.limits = limits;
  }

  /** Stateless fetch. */
  @GetMapping("/topics/{topic}/partitions/{partition}/records")
  public void read(@PathVariable String topic, @PathVariable String partition, HttpServletRequest request,
      HttpServletResponse response) throws IOException {
    int number = PathParameters.partition(partition);
    EmbeddedFormat format = Accept.embedded(request, EmbeddedFormat.BINARY);
    request.setAttribute(ErrorAnswer.ANSWER_TYPE, format.mediaType());
    ReadCommand command = command(topic, number, request);
    ReadResult result = read(command, response);
    RecordsAnswer answer = RecordsAnswer.render(topic, number, result.records(), format);
    String problem = answer.problem();
    long nextOffset = problem == null ? result.nextOffset() : result.records().get(answer.shown()).offset();
    addHeaders(request, response, result, nextOffset);
    if (problem != null && answer.shown() == 0) {
      throw undecodable(problem, topic, number, result.records().getFirst());
    }
    response.setContentType(format.mediaType());
    response.setContentLength(answer.body().length());
    answer.body().writeTo(response.getOutputStream());
  }

  private ReadCommand command(String topic, int partition, HttpServletRequest request) {
    long offset = start(request);
    int timeoutMs = QueryParameters.number(request, "timeout", 0, 0, limits.maxPollWaitMs());
    int maxBytes = QueryParameters.number(request, "max_bytes", DEFAULT_MAX_BYTES, 1, limits.maxBodyBytes());
    int minBytes = QueryParameters.number(request, "min_bytes", 1, 1, limits.maxBodyBytes());
    int maxRecords = QueryParameters.number(request, "max_records", Integer.MAX_VALUE, 1, Integer.MAX_VALUE);
    return new ReadCommand(topic, partition, offset, maxBytes, minBytes, maxRecords, timeoutMs);
  }

  /** Where to begin: at {@code offset}, or at the first record of {@code timestamp} or later. */
  private static long start(HttpServletRequest request) {
    Long timestamp = QueryParameters.timestamp(request);
    String offset = request.getParameter("offset");
    if (timestamp != null && offset != null) {
      throw ApiException.malformed("Query parameters 'offset' and 'timestamp' exclude each other.");
    }
    return timestamp == null ? offset(offset) : ForwardReadRequest.AT_TIMESTAMP + timestamp;
  }

  /** A number, {@code earliest}, {@code latest} (the default), or {@code -N} for N before the end. */
  private static long offset(@Nullable String text) {
    if (text == null || text.equals("latest")) {
      return ForwardReadRequest.LATEST;
    }
    if (text.equals("earliest")) {
      return ForwardReadRequest.EARLIEST;
    }
    try {
      long number = Long.parseLong(text);
      return number >= 0 ? number : ForwardReadRequest.LATEST + Math.max(number, Integer.MIN_VALUE);
    } catch (NumberFormatException e) {
      throw ApiException.malformed("Query parameter 'offset' must be a number, earliest, latest, or -N.");
    }
  }

  private ReadResult read(ReadCommand command, HttpServletResponse response) {
    try {
      return records.read(command);
    } catch (OttlaException e) {
      if (e.code() == ErrorCode.OFFSET_TRIMMED || e.code() == ErrorCode.OFFSET_OUT_OF_RANGE) {
        PartitionOffsets range = records.offsets(command.topic(), command.partition());
        response.setHeader("Log-Start-Offset", Long.toString(range.beginning()));
        response.setHeader("High-Watermark", Long.toString(range.end()));
      }
      throw e;
    }
  }

  private static void addHeaders(HttpServletRequest request, HttpServletResponse response, ReadResult result,
      long nextOffset) {
    response.setHeader("Next-Offset", Long.toString(nextOffset));
    response.setHeader("High-Watermark", Long.toString(result.highWatermark()));
    response.setHeader("Log-Start-Offset", Long.toString(result.logStartOffset()));
    response.setHeader("Link",
        "<" + request.getRequestURI() + "?" + nextQuery(request, nextOffset) + ">; rel=\"next\"");
  }

  /** The request's own query, from the next offset on: with it a client is a loop of three lines (RFC 8288). */
  private static String nextQuery(HttpServletRequest request, long nextOffset) {
    StringJoiner query = new StringJoiner("&").add("offset=" + nextOffset);
    request.getParameterMap().forEach((name, values) -> {
      if (!name.equals("offset") && !name.equals("timestamp") && values.length > 0) {
        query.add(encode(name) + "=" + encode(values[0]));
      }
    });
    return query.toString();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static ApiException undecodable(String problem, String topic, int partition, Record offender) {
    Map<String, Object> where = new LinkedHashMap<>();
    where.put("topic", topic);
    where.put("partition", partition);
    where.put("offset", offender.offset());
    return new ApiException(422, 422, problem + " at offset " + offender.offset() + ".", where);
  }
}
