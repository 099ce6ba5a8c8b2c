package dev.mops.events;

/**
 * An event with its metadata.
 *
 * @param metadata what is known of the event
 * @param event the payload
 * @param <E> the payload's type
 */
public record Envelope<E>(EventMetadata metadata, E event) {}
