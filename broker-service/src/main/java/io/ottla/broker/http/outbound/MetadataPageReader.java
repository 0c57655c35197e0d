package io.ottla.broker.http.outbound;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ottla.broker.catalog.MetadataPage;
import io.ottla.common.wire.LeaderHint;
import io.ottla.common.wire.MetadataFetchResponse;
import io.ottla.common.wire.WireJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link MetadataFetchResponse} without making a tree of it: the records of an entry stay bytes until the answer is known to be of the
 * right cluster and place. Unknown fields are passed over, as everywhere in calls between nodes. Used once.
 */
final class MetadataPageReader {
  private final byte[] body;
  private final JsonParser json;

  private MetadataPageReader(byte[] body, JsonParser json) {
    this.body = body;
    this.json = json;
  }

  /**
   * The page in a body.
   *
   * @throws IOException when it is none
   */
  static Answer read(byte[] body) throws IOException {
    try (JsonParser json = WireJson.mapper().getFactory().createParser(body)) {
      return new MetadataPageReader(body, json).page();
    }
  }

  /**
   * A page, and what else the answer says.
   *
   * @param leader who leads, when the controller knows
   */
  record Answer(MetadataPage page, @Nullable LeaderHint leader) {}

  private Answer page() throws IOException {
    require(json.nextToken() == JsonToken.START_OBJECT, "an answer about metadata is no object");
    String clusterId = null;
    Long term = null;
    Long commitIndex = null;
    Long logStartIndex = null;
    LeaderHint leader = null;
    List<MetadataPage.Entry> entries = null;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      json.nextToken();
      switch (field) {
        case "clusterId" -> clusterId = json.getText();
        case "term" -> term = json.getLongValue();
        case "commitIndex" -> commitIndex = json.getLongValue();
        case "logStartIndex" -> logStartIndex = json.getLongValue();
        case "leader" -> leader = WireJson.mapper().readValue(json, LeaderHint.class);
        case "entries" -> entries = entries();
        default -> json.skipChildren();
      }
    }
    return new Answer(new MetadataPage(present(clusterId), present(term), present(commitIndex),
        present(logStartIndex), present(entries)), leader);
  }

  private List<MetadataPage.Entry> entries() throws IOException {
    require(json.currentToken() == JsonToken.START_ARRAY, "entries are no array");
    List<MetadataPage.Entry> entries = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      require(json.currentToken() == JsonToken.START_OBJECT, "an entry is no object");
      entries.add(entry());
    }
    return entries;
  }

  private MetadataPage.Entry entry() throws IOException {
    Long index = null;
    Long term = null;
    byte[] records = null;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      json.nextToken();
      switch (field) {
        case "index" -> index = json.getLongValue();
        case "term" -> term = json.getLongValue();
        case "records" -> records = array();
        default -> json.skipChildren();
      }
    }
    return new MetadataPage.Entry(present(index), present(term), present(records));
  }

  /** The bytes of the array that begins here. */
  private byte[] array() throws IOException {
    require(json.currentToken() == JsonToken.START_ARRAY, "records are no array");
    int from = (int) json.currentTokenLocation().getByteOffset();
    json.skipChildren();
    return Arrays.copyOfRange(body, from, (int) json.currentLocation().getByteOffset());
  }

  private static <T> T present(@Nullable T value) throws IOException {
    if (value == null) {
      throw new IOException("an answer about metadata lacks a field");
    }
    return value;
  }

  private static void require(boolean holds, String violation) throws IOException {
    if (!holds) {
      throw new IOException(violation);
    }
  }
}
