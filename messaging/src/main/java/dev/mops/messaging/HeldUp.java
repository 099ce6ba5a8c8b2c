package dev.mops.messaging;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key whose events wait behind one that failed.
 *
 * @param key the key
 * @param consumerGroup where they wait
 * @param eventType the type of the event that failed; null where its record does not say
 * @param reason why it failed
 * @param dead whether an operator has to act; else it is tried again by itself
 * @param since when it failed first
 */
public record HeldUp(
        String key, String consumerGroup, @Nullable String eventType, String reason, boolean dead, Instant since) {}
