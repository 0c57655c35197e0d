package io.ottla.broker.http.api;

/** Numbers in paths. */
public final class PathParameters {
  private PathParameters() {
  }

  /**
   * The number of a partition; it may be negative or too large, which only the topic can tell.
   *
   * @throws ApiException 404/404 for what is not a number
   */
  public static int partition(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw ApiException.notFound("'" + text + "' is not a partition number.");
    }
  }

  /**
   * The id of a broker.
   *
   * @throws ApiException 404/404 for what is not a number
   */
  public static int broker(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw ApiException.notFound("'" + text + "' is not a broker id.");
    }
  }
}
