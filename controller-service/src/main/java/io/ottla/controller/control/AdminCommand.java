package io.ottla.controller.control;

/**
 * Something an administrator asks for: a judgement on the metadata and nothing else. Implementations are plain values; deciding is pure but for
 * the source of chance in the context.
 *
 * @param <R> what an accepted command gives back
 */
public interface AdminCommand<R> {
  /** What becomes of the command, judged against the image in the context. */
  Decision<R> decide(AdminContext context);
}
