/** Tests of the shipping service. */
@NullMarked
package dev.mops.shipping;

import org.jspecify.annotations.NullMarked;
