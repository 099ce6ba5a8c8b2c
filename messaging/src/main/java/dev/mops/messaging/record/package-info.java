/** Kafka records, as they are stored and on their way out. */
@NullMarked
package dev.mops.messaging.record;

import org.jspecify.annotations.NullMarked;
