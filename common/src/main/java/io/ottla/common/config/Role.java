package io.ottla.common.config;

/** What a process does; {@code process.roles} lists one or both. */
public enum Role {
  CONTROLLER, BROKER
}
