/** Read path: batches of records become effects, exactly once, in log order. */
@NullMarked
package dev.mops.messaging.inbox;

import org.jspecify.annotations.NullMarked;
