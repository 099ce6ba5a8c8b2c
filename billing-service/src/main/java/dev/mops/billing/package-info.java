/** The billing service: charges an order once it is reserved, and takes the money back when it does not ship. */
@NullMarked
package dev.mops.billing;

import org.jspecify.annotations.NullMarked;
