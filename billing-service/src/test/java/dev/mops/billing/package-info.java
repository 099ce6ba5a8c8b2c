/** Tests of the billing service. */
@NullMarked
package dev.mops.billing;

import org.jspecify.annotations.NullMarked;
