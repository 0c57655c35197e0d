package io.ottla.broker.http.api.v2;

import java.util.List;

/** @param brokers ids of the brokers in service, in order */
public record BrokersView(List<Integer> brokers) {}
