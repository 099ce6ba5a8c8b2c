/** Dead letters, as operators see and mend them. */
@NullMarked
package dev.mops.messaging.deadletter;

import org.jspecify.annotations.NullMarked;
