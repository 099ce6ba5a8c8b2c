/** One trace and one line of the log for what happens to an event: spans, and the names in the log. */
@NullMarked
package dev.mops.messaging.trace;

import org.jspecify.annotations.NullMarked;
