package io.ottla.cli.local;

import java.util.List;

/** The three applications a node can run, by the roles it takes. */
public enum App {
  CONTROLLER("controller-service"), BROKER("broker-service"),
  /** Both roles in one process. */
  COMBINED("standalone");

  private final String module;

  App(String module) {
    this.module = module;
  }

  /** The Maven module whose {@code -exec} jar this is. */
  public String module() {
    return module;
  }

  /** The values of {@code process.roles}. */
  public List<String> roles() {
    return switch (this) {
      case CONTROLLER -> List.of("controller");
      case BROKER -> List.of("broker");
      case COMBINED -> List.of("controller", "broker");
    };
  }

  public boolean isController() {
    return this != BROKER;
  }

  public boolean isBroker() {
    return this != CONTROLLER;
  }
}
