package io.ottla.common.wire;

/**
 * A named address of a broker.
 *
 * @param name CLIENT, INTERNAL or MANAGEMENT
 * @param host advertised host name
 * @param port advertised port
 */
public record EndpointWire(String name, String host, int port) {}
