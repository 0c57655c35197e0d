package io.ottla.controller.runtime;

/**
 * A thread's sign of life.
 *
 * @param thread its name
 * @param ageMs milliseconds since it last passed its loop
 */
public record LoopBeat(String thread, long ageMs) {}
