package io.ottla.cli.produce;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.ottla.cli.client.ClusterClient;
import io.ottla.cli.client.HttpTransport.Call;
import io.ottla.cli.client.HttpTransport.Result;
import io.ottla.cli.client.Reply;
import io.ottla.cli.produce.Delivery.Entry;
import io.ottla.cli.produce.Delivery.Fate;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends batches in the binary format, which keeps every byte, and sorts the answers. Safe for use by many threads.
 *
 * <p>{@code error_code} 503xx says that nothing was written. 50003 may be a timeout after the append, so it counts as unknown unless the
 * entry says otherwise in {@code outcome}.
 */
final class ProduceClient {
  private static final String BINARY = "application/vnd.kafka.binary.v2+json";
  private static final int AMBIGUOUS = 50003;
  /** The client waits a little longer than the server, so that the server's own verdict arrives. */
  private static final Duration MARGIN = Duration.ofSeconds(5);
  private final ClusterClient client;
  private final String path;

  ProduceClient(ClusterClient client, String topic, String acks) {
    this.client = client;
    this.path = "/topics/" + ClusterClient.segment(topic) + "?acks=" + ClusterClient.segment(acks) + "&timeout="
        + client.timeout().toMillis();
  }

  /** Sends the batch once, to one server: {@code turn} rotates through them. */
  Delivery send(List<InputRecord> batch, int turn) throws InterruptedException {
    Call call = new Call("POST", path, ClusterClient.V2, BINARY, body(batch));
    return switch (client.attempt(call, turn, client.timeout().plus(MARGIN))) {
      case Result.Answered(var reply) -> verdict(reply, batch.size());
      case Result.NotSent(var reason) -> new Delivery.NotWritten(reason);
      case Result.NoAnswer(var reason) -> new Delivery.Unknown(reason);
    };
  }

  private static Delivery verdict(Reply reply, int count) {
    if (reply.ok())
      return entries(reply, count);
    CommandFailure failure = ClusterClient.failure(reply);
    return switch (fate(reply.errorCode(), reply.status(), "")) {
      case NOT_WRITTEN -> new Delivery.NotWritten(failure.text());
      case UNKNOWN, WRITTEN -> new Delivery.Unknown(failure.text());
      case REJECTED -> new Delivery.Refused(failure.exitCode(), failure.text());
    };
  }

  private static Delivery entries(Reply reply, int count) {
    List<Entry> entries = new ArrayList<>(count);
    for (JsonNode offset : reply.json().path("offsets")) {
      entries.add(entry(offset));
    }
    if (entries.size() != count) {
      return new Delivery.Unknown(count + " records sent, but the answer names " + entries.size());
    }
    return new Delivery.Answered(entries);
  }

  private static Entry entry(JsonNode offset) {
    JsonNode code = offset.path("error_code");
    if (code.isNull() || code.isMissingNode()) {
      return new Entry(Fate.WRITTEN, offset.path("partition").asInt(), offset.path("offset").asLong(), null);
    }
    String reason = offset.path("error").asText(offset.path("message").asText("refused")) + " (error_code "
        + code.asInt() + ")";
    Fate fate = fate(code.asInt(), code.asInt() > 999 ? code.asInt() / 100 : code.asInt(),
        offset.path("outcome").asText(""));
    return new Entry(fate, -1, -1, reason);
  }

  /** What an error says about the write. */
  static Fate fate(int errorCode, int status, String outcome) {
    if ("refused".equalsIgnoreCase(outcome))
      return status >= 500 ? Fate.NOT_WRITTEN : Fate.REJECTED;
    if ("unknown".equalsIgnoreCase(outcome) || errorCode == AMBIGUOUS)
      return Fate.UNKNOWN;
    if (status == 429 || status == 503)
      return Fate.NOT_WRITTEN;
    return status >= 500 || status == 408 ? Fate.UNKNOWN : Fate.REJECTED;
  }

  private static byte[] body(List<InputRecord> batch) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(batch.stream().mapToInt(InputRecord::bytes).sum() * 3 / 2);
    try (JsonGenerator json = Json.mapper().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeArrayFieldStart("records");
      for (InputRecord entry : batch) {
        write(json, entry);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, InputRecord entry) throws IOException {
    json.writeStartObject();
    if (entry.key() != null)
      writeBytes(json, "key", entry.key());
    writeBytes(json, "value", entry.value());
    Integer partition = entry.partition();
    if (partition != null)
      json.writeNumberField("partition", partition);
    Long timestamp = entry.timestamp();
    if (timestamp != null)
      json.writeNumberField("timestamp", timestamp);
    if (!entry.headers().isEmpty()) {
      json.writeArrayFieldStart("headers");
      for (InputRecord.Header header : entry.headers()) {
        json.writeStartObject();
        json.writeStringField("key", header.key());
        writeBytes(json, "value", header.value());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void writeBytes(JsonGenerator json, String field, byte @Nullable [] bytes) throws IOException {
    json.writeFieldName(field);
    if (bytes == null) {
      json.writeNull();
    } else {
      json.writeBinary(bytes);
    }
  }
}
