package io.ottla.common.metadata;

/** Names of the settings of single brokers that live in the metadata log. They outlive registrations, and go when the broker is unregistered. */
public final class BrokerConfigs {
  /** {@code true} while the broker is being decommissioned. */
  public static final String DECOMMISSION = "decommission";

  private BrokerConfigs() {
  }
}
