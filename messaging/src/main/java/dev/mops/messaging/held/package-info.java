/** The ledger of what failed and of what waits behind it, in the transactions of inbox and outbox. */
@NullMarked
package dev.mops.messaging.held;

import org.jspecify.annotations.NullMarked;
