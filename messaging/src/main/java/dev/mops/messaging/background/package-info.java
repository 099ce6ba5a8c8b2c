/** What runs in the background of a service. */
@NullMarked
package dev.mops.messaging.background;

import org.jspecify.annotations.NullMarked;
