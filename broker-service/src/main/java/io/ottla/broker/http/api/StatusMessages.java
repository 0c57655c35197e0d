package io.ottla.broker.http.api;

/** What is said when a request failed before any code of the API could say something better. */
final class StatusMessages {
  private StatusMessages() {
  }

  static String of(int status) {
    return switch (status) {
      case 400 -> "The request cannot be understood.";
      case 404 -> "There is nothing at this path.";
      case 405 -> "This method is not allowed on this path.";
      case 406 -> "None of the types in the Accept header can be given.";
      case 408 -> "The request took too long to arrive.";
      case 413 -> "The request is too large.";
      case 414 -> "The request target is too long.";
      case 415 -> "The content type is not supported here.";
      case 417 -> "The expectation cannot be met.";
      case 431 -> "The request headers are too large.";
      case 501 -> "This method is not implemented.";
      case 503 -> "The server cannot take the request now.";
      case 505 -> "This HTTP version is not supported.";
      default -> status < 500 ? "The request was refused." : "Internal server error.";
    };
  }
}
