package io.ottla.broker.http.api.v3;

/**
 * Names of a resource.
 *
 * @param self absolute URL
 * @param resourceName the same thing, independent of where it is served
 */
public record Metadata(String self, String resourceName) {}
