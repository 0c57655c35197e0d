package io.ottla.common.record;

/** The records of a compressed batch take more than {@link Compression#MAX_UNCOMPRESSED_BYTES}; nobody looked how much more. */
public final class RecordsTooLargeException extends MalformedBatchException {
  private static final long serialVersionUID = 1L;

  RecordsTooLargeException(String message) {
    super(message);
  }
}
