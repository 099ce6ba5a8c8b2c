/** Write path: events wait in the transaction's own database until the relay has seen them acknowledged by Kafka. */
@NullMarked
package dev.mops.messaging.outbox;

import org.jspecify.annotations.NullMarked;
