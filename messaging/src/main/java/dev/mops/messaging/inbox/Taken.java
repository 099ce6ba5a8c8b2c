package dev.mops.messaging.inbox;

import java.util.List;

/**
 * What became of items that were taken.
 *
 * @param toHandle those that are to be handled, in their order
 * @param retried those that failed and are tried again
 * @param dead those that failed and became dead letters
 */
record Taken<E>(List<Item<E>> toHandle, List<Item<E>> retried, List<Item<E>> dead) {}
