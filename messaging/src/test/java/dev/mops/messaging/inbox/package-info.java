/** Tests of what only the read path itself can see. */
@NullMarked
package dev.mops.messaging.inbox;

import org.jspecify.annotations.NullMarked;
