/** The tests of the order service. */
@NullMarked
package dev.mops.order;

import org.jspecify.annotations.NullMarked;
