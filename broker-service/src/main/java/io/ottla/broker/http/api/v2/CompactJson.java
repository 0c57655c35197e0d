package io.ottla.broker.http.api.v2;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.Arrays;

/**
 * Takes a JSON value out of a request as its compact text: the client's own characters without the white space between them. Nothing is
 * decoded and encoded again, so numbers and escapes stay as they were written.
 */
final class CompactJson {
  private CompactJson() {
  }

  /** The value whose first token the parser stands on; afterwards it stands on the last. */
  static byte[] take(JsonParser parser, byte[] body) throws IOException {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    return compact(body, from, (int) parser.currentLocation().getByteOffset());
  }

  /** Copies valid JSON without its insignificant white space. */
  static byte[] compact(byte[] json, int from, int to) {
    byte[] compact = new byte[to - from];
    int length = 0;
    boolean inString = false;
    for (int i = from; i < to; i++) {
      byte b = json[i];
      if (inString) {
        compact[length++] = b;
        if (b == '\\') {
          i++;
          compact[length++] = json[i];
        } else if (b == '"') {
          inString = false;
        }
      } else if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        compact[length++] = b;
        inString = b == '"';
      }
    }
    return length == compact.length ? compact : Arrays.copyOf(compact, length);
  }
}
