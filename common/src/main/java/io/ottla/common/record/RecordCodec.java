package io.ottla.common.record;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.xerial.snappy.SnappyOutputStream;

/**
 * Compresses and decompresses the records of a batch with the libraries the field uses. What comes in is not trusted: anything that is not
 * well-formed is a {@link MalformedBatchException}, and no more than the limit is ever made of it. Stateless.
 */
final class RecordCodec {
  private static final int MIN_BUFFER_BYTES = 4096;
  private static final int EXPECTED_RATIO = 4;

  private RecordCodec() {
  }

  /** The compressed form of bytes. */
  static byte[] compress(Compression type, byte[] bytes, int from, int length) {
    ByteArrayOutputStream target = new ByteArrayOutputStream(length / 2 + 64);
    try (OutputStream compressing = compressing(type, target)) {
      compressing.write(bytes, from, length);
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot be written to", e);
    }
    return target.toByteArray();
  }

  private static OutputStream compressing(Compression type, OutputStream target) throws IOException {
    return switch (type) {
      case GZIP -> new GZIPOutputStream(target);
      case SNAPPY -> new SnappyOutputStream(target);
      case LZ4 -> new LZ4FrameOutputStream(target, LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB,
          LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE);
      case ZSTD -> new ZstdOutputStreamNoFinalizer(target);
      case NONE, UNKNOWN -> throw new IllegalArgumentException(type + " compresses nothing");
    };
  }

  /**
   * The bytes behind the compressed ones between the buffer's position and limit, which stay.
   *
   * @throws RecordsTooLargeException if they are more than {@code limit}
   */
  static ByteBuffer decompress(Compression type, ByteBuffer compressed, int limit) {
    byte[] source = new byte[compressed.remaining()];
    compressed.get(compressed.position(), source);
    try {
      return switch (type) {
        case GZIP -> readAll(new GZIPInputStream(new ByteArrayInputStream(source)), source.length, limit);
        case SNAPPY -> SnappyFrames.decompress(source, limit);
        case LZ4 -> readAll(new LZ4FrameInputStream(new ByteArrayInputStream(source)), source.length, limit);
        case ZSTD -> readAll(new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(source)), source.length, limit);
        case NONE -> ByteBuffer.wrap(source);
        case UNKNOWN -> throw new MalformedBatchException("nobody knows how this batch is compressed");
      };
    } catch (MalformedBatchException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The libraries do not agree on what to throw at bytes that are not theirs.
      throw new MalformedBatchException("records are no " + type + ": " + e.getMessage());
    }
  }

  private static ByteBuffer readAll(InputStream in, int compressedLength, int limit) throws IOException {
    try (in) {
      long guess = Math.max(MIN_BUFFER_BYTES, (long) EXPECTED_RATIO * compressedLength);
      byte[] bytes = new byte[(int) Math.min(limit, guess)];
      int length = 0;
      int read = in.read(bytes, 0, bytes.length);
      while (read >= 0) {
        length += read;
        if (length == bytes.length && length == limit) {
          if (in.read() >= 0) {
            throw tooLarge(limit);
          }
          break;
        }
        if (length == bytes.length) {
          bytes = Arrays.copyOf(bytes, (int) Math.min(limit, 2L * length));
        }
        read = in.read(bytes, length, bytes.length - length);
      }
      return ByteBuffer.wrap(bytes, 0, length).slice();
    }
  }

  static RecordsTooLargeException tooLarge(int limit) {
    return new RecordsTooLargeException("records take more than " + limit + " bytes uncompressed");
  }
}
