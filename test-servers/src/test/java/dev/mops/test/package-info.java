/** Tests of the test kit, and of the documents. */
@NullMarked
package dev.mops.test;

import org.jspecify.annotations.NullMarked;
