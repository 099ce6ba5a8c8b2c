/** The test kit of a service's doors: its handlers, and HTTP. */
@NullMarked
package dev.mops.messaging.test;

import org.jspecify.annotations.NullMarked;
