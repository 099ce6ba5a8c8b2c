/** The gate of a build: what a change to an event may not do. For the tests of those who own a family. */
@NullMarked
package dev.mops.events.gate;

import org.jspecify.annotations.NullMarked;
