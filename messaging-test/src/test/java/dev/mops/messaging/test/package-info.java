/** Tests of the test kit, and of the documents. */
@NullMarked
package dev.mops.messaging.test;

import org.jspecify.annotations.NullMarked;
