/** Tests of the reporting service. */
@NullMarked
package dev.mops.reporting;

import org.jspecify.annotations.NullMarked;
