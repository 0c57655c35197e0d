package io.ottla.common.wire;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A JSON header and raw bytes in one body: header length (int32, big-endian), header, payload. Used where record batches travel verbatim.
 *
 * @param header the JSON header's bytes
 * @param payload what follows
 */
public record BinaryFrame(byte[] header, ByteBuffer payload) {
  /** Media type of such bodies. */
  public static final String MEDIA_TYPE = "application/vnd.ottla.frame";
  /** Bytes before the header. */
  public static final int PREFIX_LENGTH = 4;

  /** The prefix and header, to be followed by the payload. */
  public static byte[] head(Object header) {
    byte[] json = WireJson.write(header);
    return ByteBuffer.allocate(PREFIX_LENGTH + json.length).putInt(json.length).put(json).array();
  }

  /** Splits a body. */
  public static BinaryFrame parse(byte[] body) throws IOException {
    if (body.length < PREFIX_LENGTH) {
      throw new IOException("frame of " + body.length + " bytes has no header length");
    }
    ByteBuffer buffer = ByteBuffer.wrap(body);
    int length = buffer.getInt();
    if (length < 0 || length > buffer.remaining()) {
      throw new IOException("frame header of " + length + " bytes in a body of " + body.length);
    }
    byte[] header = new byte[length];
    buffer.get(header);
    return new BinaryFrame(header, buffer.slice());
  }

  /** The header as a record. */
  public <T> T header(Class<T> type) throws IOException {
    return WireJson.read(header, type);
  }
}
