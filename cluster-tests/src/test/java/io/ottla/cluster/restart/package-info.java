/** Three brokers that go down and come back in every order, on the production cores of controller and broker. */
@NullMarked
package io.ottla.cluster.restart;

import org.jspecify.annotations.NullMarked;
