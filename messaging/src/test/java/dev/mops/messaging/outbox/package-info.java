@NullMarked
package dev.mops.messaging.outbox;

import org.jspecify.annotations.NullMarked;
