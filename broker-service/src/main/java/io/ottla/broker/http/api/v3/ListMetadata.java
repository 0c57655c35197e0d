package io.ottla.broker.http.api.v3;

import org.jspecify.annotations.Nullable;

/**
 * Names of a collection.
 *
 * @param self absolute URL
 * @param next URL of the next page; always null, since a collection is given whole
 */
public record ListMetadata(String self, @Nullable String next) {}
