/** The reporting service: a projection of the orders' log, that tells nobody and asks nobody. */
@NullMarked
package dev.mops.reporting;

import org.jspecify.annotations.NullMarked;
