/** What this build handles and publishes, and on which topics, for operators and other programs. */
@NullMarked
package dev.mops.messaging.catalog;

import org.jspecify.annotations.NullMarked;
