/**
 * A model of one order: the state tables of {@code docs/state-tables.md}, the topic, the outboxes, the relays, the calls of
 * the outside world and the customer, in every order in which they can act, with a crash at every place. A batch is a run of
 * such steps that commit together: it adds nothing.
 */
@NullMarked
package dev.mops.system.model;

import org.jspecify.annotations.NullMarked;
