/** What a service sees: the outbox it publishes to, the table of the events it handles, and the settings. */
@NullMarked
package dev.mops.messaging;

import org.jspecify.annotations.NullMarked;
