@NullMarked
package dev.mops.messaging.held;

import org.jspecify.annotations.NullMarked;
