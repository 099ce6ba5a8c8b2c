package dev.mops.messaging.deadletter;

/**
 * Who acts.
 *
 * @param verified whether the name is that of an authenticated principal, not only said by the request
 */
record Operator(String name, boolean verified) {}
