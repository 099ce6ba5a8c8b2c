/** What the platform carries: measured from outside, beside the machine's own limits. */
@NullMarked
package dev.mops.bench;

import org.jspecify.annotations.NullMarked;
