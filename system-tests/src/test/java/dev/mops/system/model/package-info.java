/**
 * A model of one order: the state tables of {@code docs/state-tables.md}, the topic, the outboxes, the relays, the calls of
 * the outside world and the customer, in every order in which they can act.
 */
@NullMarked
package dev.mops.system.model;

import org.jspecify.annotations.NullMarked;
