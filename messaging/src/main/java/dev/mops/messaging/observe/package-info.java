/** How a service is watched: looks in the background, and timers. */
@NullMarked
package dev.mops.messaging.observe;

import org.jspecify.annotations.NullMarked;
