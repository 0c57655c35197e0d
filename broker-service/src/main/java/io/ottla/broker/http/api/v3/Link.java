package io.ottla.broker.http.api.v3;

/** @param related absolute URL of a related resource */
public record Link(String related) {}
