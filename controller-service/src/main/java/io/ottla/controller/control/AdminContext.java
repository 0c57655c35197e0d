package io.ottla.controller.control;

import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.random.RandomSource;
import java.util.function.Supplier;

/** What administrative commands are judged by: the speculative image, chance for placement, and how much goes into one entry. */
public final class AdminContext {
  private final MetadataImage image;
  private final RandomSource random;
  private final int pieceRecords;

  AdminContext(MetadataImage image, RandomSource random, int pieceRecords) {
    this.image = image;
    this.random = random;
    this.pieceRecords = pieceRecords;
  }

  MetadataImage image() {
    return image;
  }

  RandomSource random() {
    return random;
  }

  Piece piece() {
    return new Piece(pieceRecords);
  }

  /** A refusal that is thrown becomes a rejected decision. */
  <R> Decision<R> judge(Supplier<Decision<R>> judgement) {
    try {
      return judgement.get();
    } catch (OttlaException refusal) {
      return Decision.reject(refusal.code(), refusal.getMessage(), image.index());
    }
  }
}
