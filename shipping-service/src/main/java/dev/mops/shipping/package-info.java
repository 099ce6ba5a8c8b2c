/** The shipping service: makes labels, schedules pickups, voids what does not ship. */
@NullMarked
package dev.mops.shipping;

import org.jspecify.annotations.NullMarked;
