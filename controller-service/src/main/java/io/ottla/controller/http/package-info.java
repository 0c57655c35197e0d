/** The controllers' calls as JSON: how core values look on the wire, and back, with everything checked. */
@NullMarked
package io.ottla.controller.http;

import org.jspecify.annotations.NullMarked;
