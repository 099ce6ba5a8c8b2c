/** The inventory service: reserves, releases and dispatches stock. */
@NullMarked
package dev.mops.inventory;

import org.jspecify.annotations.NullMarked;
