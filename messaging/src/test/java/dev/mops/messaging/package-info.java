/** What the tests share: a family of events of bank accounts, a small service that handles them, and the log itself. */
@NullMarked
package dev.mops.messaging;

import org.jspecify.annotations.NullMarked;
