/** The test kit of a service: its handlers, its state tables, the rules of its shape. */
@NullMarked
package dev.mops.messaging.test;

import org.jspecify.annotations.NullMarked;
