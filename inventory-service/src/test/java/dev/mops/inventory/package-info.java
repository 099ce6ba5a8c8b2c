/** The tests of the inventory service. */
@NullMarked
package dev.mops.inventory;

import org.jspecify.annotations.NullMarked;
