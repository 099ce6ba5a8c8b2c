/** The events of an order: one sealed family on the topic {@code orders}, keyed by order id. */
@NullMarked
package dev.mops.events.order;

import org.jspecify.annotations.NullMarked;
