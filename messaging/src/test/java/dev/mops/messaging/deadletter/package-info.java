@NullMarked
package dev.mops.messaging.deadletter;

import org.jspecify.annotations.NullMarked;
