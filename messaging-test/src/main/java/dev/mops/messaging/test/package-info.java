/** The test kit of a service's handlers. */
@NullMarked
package dev.mops.messaging.test;

import org.jspecify.annotations.NullMarked;
