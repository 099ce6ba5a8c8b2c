/** The servers of the tests, and doors to knock at. */
@NullMarked
package dev.mops.test;

import org.jspecify.annotations.NullMarked;
