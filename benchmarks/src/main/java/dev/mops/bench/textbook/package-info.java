/**
 * The four hops as most tutorials build them, as a baseline: a listener per record, an inbox that is checked and then
 * written, an outbox that is polled, all through JPA. No retries, no dead letters, no metrics, no prices.
 */
@NullMarked
package dev.mops.bench.textbook;

import org.jspecify.annotations.NullMarked;
