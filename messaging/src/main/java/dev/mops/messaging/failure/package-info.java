/** Failures on demand, for the demo and for tests. */
@NullMarked
package dev.mops.messaging.failure;

import org.jspecify.annotations.NullMarked;
