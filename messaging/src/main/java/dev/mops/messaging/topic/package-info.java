/** The topics that a service reads and writes, declared with their partitions. */
@NullMarked
package dev.mops.messaging.topic;

import org.jspecify.annotations.NullMarked;
