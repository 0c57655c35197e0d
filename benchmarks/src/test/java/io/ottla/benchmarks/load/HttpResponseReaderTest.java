package io.ottla.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Responses are read whole wherever the network cuts them. */
class HttpResponseReaderTest {
  private static final String BY_LENGTH = "HTTP/1.1 200 \r\nNext-Offset: 57\r\nContent-Length: 11\r\n\r\nhello world";
  private static final String IN_CHUNKS = "HTTP/1.1 503 \r\ntransfer-encoding: chunked\r\n\r\n"
      + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
  private static final String EMPTY = "HTTP/1.1 204 \r\nContent-Length: 0\r\n\r\n";

  private final HttpResponseReader reader = new HttpResponseReader();

  @Test
  void aBodyWithALengthIsReadAtEveryCut() {
    for (int cut = 0; cut < BY_LENGTH.length(); cut++) {
      readInTwo(BY_LENGTH, cut);
      assertThat(reader.status()).isEqualTo(200);
      assertThat(reader.nextOffset()).isEqualTo(57);
      assertThat(reader.bodyText()).isEqualTo("hello world");
    }
  }

  @Test
  void aChunkedBodyIsReadAtEveryCut() {
    for (int cut = 0; cut < IN_CHUNKS.length(); cut++) {
      readInTwo(IN_CHUNKS, cut);
      assertThat(reader.status()).isEqualTo(503);
      assertThat(reader.nextOffset()).isEqualTo(-1);
      assertThat(reader.bodyText()).isEqualTo("hello world");
    }
  }

  @Test
  void anEmptyBodyEndsWithTheHead() {
    readInTwo(EMPTY, 3);
    assertThat(reader.status()).isEqualTo(204);
    assertThat(reader.bodyLength()).isZero();
  }

  @Test
  void occurrencesAreCountedInTheBodyOnly() {
    readInTwo("HTTP/1.1 200 \r\nX: aba\r\nContent-Length: 9\r\n\r\nababa-aba", 20);
    assertThat(reader.occurrences("aba".getBytes(StandardCharsets.US_ASCII))).isEqualTo(2);
  }

  private void readInTwo(String response, int cut) {
    reader.reset();
    assertThat(reader.accept(bytes(response.substring(0, cut)))).isFalse();
    assertThat(reader.accept(bytes(response.substring(cut)))).isTrue();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
