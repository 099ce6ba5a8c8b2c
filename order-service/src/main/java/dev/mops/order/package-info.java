/** The order service: takes orders over HTTP, follows their events, shows how far they are. */
@NullMarked
package dev.mops.order;

import org.jspecify.annotations.NullMarked;
