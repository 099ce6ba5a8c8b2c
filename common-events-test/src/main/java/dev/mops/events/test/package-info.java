/** Histories of order events, for the tests of who handles them. */
@NullMarked
package dev.mops.events.test;

import org.jspecify.annotations.NullMarked;
