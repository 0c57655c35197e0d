package io.ottla.broker.http.api.v2;

/**
 * A replica in a partition's description.
 *
 * @param broker id of the broker that holds it
 * @param leader whether it leads
 * @param inSync whether it is in the ISR
 */
public record ReplicaView(int broker, boolean leader, boolean inSync) {}
