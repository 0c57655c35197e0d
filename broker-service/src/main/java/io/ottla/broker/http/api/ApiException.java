package io.ottla.broker.http.api;

import java.util.Map;

/**
 * A request refused at the door, before anything reached the cluster. Carries no stack trace: it is an answer, not a bug. The message is
 * shown to the client and never contains internals.
 */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final int errorCode;
  private final transient Map<String, Object> details;

  /**
   * A refusal with further members in its body.
   *
   * @param status HTTP status
   * @param errorCode number in the body
   * @param details members beside {@code error_code} and {@code message}: strings and integral numbers
   */
  public ApiException(int status, int errorCode, String message, Map<String, Object> details) {
    super(message, null, false, false);
    this.status = status;
    this.errorCode = errorCode;
    this.details = details;
  }

  /** A refusal. */
  public ApiException(int status, int errorCode, String message) {
    this(status, errorCode, message, Map.of());
  }

  /** 400/400: the request cannot be understood. */
  public static ApiException malformed(String message) {
    return new ApiException(400, 400, message);
  }

  /** 422/422: understood, but something required is missing or makes no sense. */
  public static ApiException incomplete(String message) {
    return new ApiException(422, 422, message);
  }

  /** 404/404: no such path or thing. */
  public static ApiException notFound(String message) {
    return new ApiException(404, 404, message);
  }

  /** 404/40401. */
  public static ApiException unknownTopic(String topic) {
    return new ApiException(404, 40401, "Topic " + topic + " not found.");
  }

  /** 404/40402. */
  public static ApiException unknownPartition(String partition) {
    return new ApiException(404, 40402, "Partition " + partition + " not found.");
  }

  /** 404/40403: what the resource paths, and a topic's description, say of an unknown topic. */
  public static ApiException unhosted() {
    return new ApiException(404, 40403, "This server does not host this topic-partition.");
  }

  /** 413/413. */
  public static ApiException tooLarge(String message) {
    return new ApiException(413, 413, message);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The number in the body. */
  public int errorCode() {
    return errorCode;
  }

  /** Further members of the body. */
  public Map<String, Object> details() {
    return details;
  }

  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? "" : message;
  }
}
