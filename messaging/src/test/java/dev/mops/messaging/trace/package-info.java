@NullMarked
package dev.mops.messaging.trace;

import org.jspecify.annotations.NullMarked;
